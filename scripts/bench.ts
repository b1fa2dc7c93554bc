import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

// `npm run bench -- NAME [--json]`: runs bench/NAME.ts.

const FOLDER = path.join(import.meta.dirname, "..", "bench");

const [name, ...rest] = process.argv.slice(2);
const names = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
  .filter((file) => /^[a-z]+\.ts$/.test(file))
  .map((file) => file.slice(0, -3));
if (!name || !names.includes(name)) {
  const asked = name ? `There is no benchmark named ${name}.` : "Which benchmark? npm run bench -- NAME [--json]";
  process.stderr.write(`${asked} There are: ${names.join(", ") || "none yet"}\n`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [path.join(FOLDER, `${name}.ts`), ...rest], { stdio: "inherit" });
process.exit(status ?? 1);
