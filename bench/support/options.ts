import { parseArgs } from "node:util";

/** `--json` for machines; `--size` and `--rounds` make a quick look smaller, and are part of the figures. */
export function readOptions(defaults: { size: number; rounds: number }): { size: number; rounds: number } {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, size: { type: "string" }, rounds: { type: "string" } },
  });
  return {
    size: whole(values.size, defaults.size, "size"),
    rounds: whole(values.rounds, defaults.rounds, "rounds"),
  };
}

function whole(text: string | undefined, otherwise: number, name: string): number {
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || value < 1) {
    process.stderr.write(`--${name} is a whole number above 0\n`);
    process.exit(2);
  }
  return value;
}
