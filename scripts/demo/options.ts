import { parseArgs } from "node:util";

export type DemoOptions = {
  /** Play the story and exit. */
  once: boolean;
  /** NDJSON on stdout and nothing else. */
  json: boolean;
  /** Rebuild and restart the app when a source changes. */
  dev: boolean;
  /** Seconds of shop time per real second. */
  speed: number;
  /** First of the ports used: app, store, push service, then the push service's browser side. */
  port: number;
};

/** @throws Error with a sentence for the person at the keyboard */
export function parseDemoOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      dev: { type: "boolean", default: false },
      speed: { type: "string", default: "60" },
      port: { type: "string", default: "4400" },
    },
  });
  const speed = Number(values.speed);
  if (!(speed > 0 && speed <= 100_000)) throw new Error(`--speed ${values.speed}: give a number above 0, such as 60`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1024 || port > 65_500) {
    throw new Error(`--port ${values.port}: give a whole number from 1024 to 65500`);
  }
  return { once: values.once, json: values.json, dev: values.dev, speed, port };
}
