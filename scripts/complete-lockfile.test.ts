import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { completePackages, platformOf } from "./complete-lockfile.mjs";

test("the lockfile names the native packages of every platform", () => {
  const file = path.join(import.meta.dirname, "..", "package-lock.json");
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, object> };

  expect(completePackages(packages)).toEqual([]);
});

test("reads system, processor and C library from a package's name", () => {
  expect(platformOf("@rollup/rollup-linux-arm64-musl")).toEqual({ cpu: ["arm64"], libc: ["musl"], os: ["linux"] });
  expect(platformOf("@rollup/rollup-linux-x64-gnu")).toEqual({ cpu: ["x64"], libc: ["glibc"], os: ["linux"] });
  expect(platformOf("@oxlint/binding-linux-arm-musleabihf")).toEqual({ cpu: ["arm"], libc: ["musl"], os: ["linux"] });
  expect(platformOf("@oxlint/binding-darwin-arm64")).toEqual({ cpu: ["arm64"], os: ["darwin"] });
  expect(platformOf("@oxlint/binding-win32-ia32-msvc")).toEqual({ cpu: ["ia32"], os: ["win32"] });
  expect(platformOf("fsevents")).toBeNull();
});

test("adds what is missing, as optional, and leaves the rest alone", () => {
  const packages = {
    "node_modules/a": {
      version: "1.0.0",
      dev: true,
      optionalDependencies: { "a-darwin-arm64": "1.0.0", "a-linux-x64-gnu": "1.0.0", other: "^2.0.0" },
    },
    "node_modules/a/node_modules/a-linux-x64-gnu": { version: "1.0.0" },
  };

  expect(completePackages(packages)).toEqual(["node_modules/a-darwin-arm64"]);
  expect(packages).toMatchObject({
    "node_modules/a-darwin-arm64": { version: "1.0.0", cpu: ["arm64"], os: ["darwin"], dev: true, optional: true },
  });
});
