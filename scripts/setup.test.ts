import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const SETUP = path.join(import.meta.dirname, "setup.mjs");

type Installed = Record<string, { version: string }>;

/** A project of one package with a made-up npm, which notes what it is asked and installs what the lockfile says. */
function buildProject({ installed, nodeVersion = "v24.21.0" }: { installed: Installed | null; nodeVersion?: string }) {
  const root = mkdtempSync(path.join(tmpdir(), "beckon-setup-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const file = (...parts: string[]) => path.join(root, ...parts);
  for (const folder of ["scripts", "bin", "node_modules/.bin"]) mkdirSync(file(folder), { recursive: true });
  copyFileSync(SETUP, file("scripts", "setup.mjs"));
  const wanted = {
    "": {},
    "node_modules/a": { version: "2.0.0" },
    "node_modules/a-darwin": { version: "2.0.0", optional: true },
  };
  writeFileSync(file("package-lock.json"), JSON.stringify({ packages: wanted }));
  const lists = file("node_modules", ".package-lock.json");
  if (installed) writeFileSync(lists, JSON.stringify({ packages: installed }));

  const script = (name: string, text: string) => {
    writeFileSync(name, `#!/bin/sh\n${text}\n`);
    chmodSync(name, 0o755);
  };
  const node = file("node_modules", ".bin", "node");
  script(node, `echo ${nodeVersion}`);
  script(
    file("bin", "npm"),
    [
      `echo "$@ NODE_ENV=$NODE_ENV" >> ${file("asked")}`,
      "echo npm speaks",
      `if [ "$1" = rebuild ]; then printf '#!/bin/sh\\necho v24.21.0\\n' > ${node}; fi`,
      `if [ "$1" = ci ]; then sleep 0.3; printf '%s' '${JSON.stringify({ packages: wanted })}' > ${lists}; fi`,
    ].join("\n"),
  );

  async function run() {
    const env = { PATH: `${file("bin")}:${process.env.PATH ?? ""}`, NODE_ENV: "production" as const };
    const child = spawn(process.execPath, [file("scripts", "setup.mjs")], { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
    child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    return { code, stdout, stderr };
  }
  const asked = () => (existsSync(file("asked")) ? readFileSync(file("asked"), "utf8").trim().split("\n") : []);
  return { run, asked };
}

const CURRENT = { "node_modules/a": { version: "2.0.0" } };

test("says and does nothing when everything is there", async () => {
  const { run, asked } = buildProject({ installed: CURRENT });

  expect(await run()).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(asked()).toEqual([]);
});

test.each([
  ["nothing is installed", null],
  ["the lockfile asks for a newer package", { "node_modules/a": { version: "1.9.0" } }],
])("installs, development packages included, when %s", async (_case, installed) => {
  const { run, asked } = buildProject({ installed });

  const { code, stdout, stderr } = await run();

  expect(code).toBe(0);
  // What a program reads is what the command itself prints.
  expect(stdout).toBe("");
  expect(stderr).toContain("npm speaks");
  expect(asked()).toEqual(["ci --include=dev --no-audit --no-fund --loglevel=error NODE_ENV="]);
});

test("repairs a missing Node of its own", async () => {
  const { run, asked } = buildProject({ installed: CURRENT, nodeVersion: "v20.1.0" });

  expect((await run()).code).toBe(0);
  expect(asked()[0]).toContain("rebuild node");
});

test("two commands at once install once", async () => {
  const { run, asked } = buildProject({ installed: null });

  const results = await Promise.all([run(), run(), run()]);

  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(asked()).toHaveLength(1);
});
