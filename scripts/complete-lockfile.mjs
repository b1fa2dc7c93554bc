// After a dependency was changed: adds to package-lock.json the native packages of other platforms that npm left out
// because the registry it asked did not have them. Without them `npm ci` fails on those machines.
//
//   node scripts/complete-lockfile.mjs [--check]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const LOCKFILE = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "package-lock.json");

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

/** Adds what is missing to the lockfile's `packages`. @returns the paths that were added */
export function completePackages(packages) {
  const added = [];
  for (const [parentPath, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isListed(packages, parentPath, name)) continue;
      const platform = platformOf(name);
      // Not a platform's binary: npm had a reason of its own.
      if (!platform || !/^\d+\.\d+\.\d+/.test(version)) continue;
      const place = `node_modules/${name}`;
      packages[place] = { version, ...platform, ...(parent.dev && { dev: true }), optional: true };
      added.push(place);
    }
  }
  return added;
}

function isListed(packages, parentPath, name) {
  for (let folder = parentPath; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (packages[`${folder ? `${folder}/` : ""}node_modules/${name}`]) return true;
    if (!folder.includes("/node_modules/")) return Boolean(packages[`node_modules/${name}`]);
  }
}

/** "@rollup/rollup-linux-arm64-musl" → os, cpu and libc as npm compares them; null when the name names no platform. */
export function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (!os || !cpu) return null;
  const libc = os !== "linux" ? null : words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  return { cpu: [cpu], ...(libc && { libc: [libc] }), os: [os] };
}

function main() {
  const lockfile = JSON.parse(readFileSync(LOCKFILE, "utf8"));
  const added = completePackages(lockfile.packages);
  if (added.length === 0) {
    process.stdout.write("The lockfile names every platform's packages.\n");
    return;
  }
  if (process.argv.includes("--check")) {
    process.stderr.write(`The lockfile lacks ${added.length} packages: run node scripts/complete-lockfile.mjs\n`);
    process.exit(1);
  }
  const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(LOCKFILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  process.stdout.write(`Added ${added.length} packages of other platforms.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
