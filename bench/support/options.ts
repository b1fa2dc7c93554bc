import { parseArgs } from "node:util";

export type Options = {
  size: number;
  rounds: number;
  /** Of a long run besides, where the benchmark knows one; 0: none. */
  minutes: number;
};

/** `--json` for machines; `--size` and `--rounds` make a quick look smaller, and are part of the figures. */
export function readOptions(defaults: { size: number; rounds: number }): Options {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      size: { type: "string" },
      rounds: { type: "string" },
      minutes: { type: "string" },
    },
  });
  return {
    size: whole(values.size, defaults.size, "size"),
    rounds: whole(values.rounds, defaults.rounds, "rounds"),
    minutes: whole(values.minutes, 0, "minutes"),
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
