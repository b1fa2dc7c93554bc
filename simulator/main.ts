import { join } from "node:path";
import { parseArgs } from "node:util";
import { readAppConfig } from "./app-config.ts";
import type { AppConfig } from "./app-config.ts";
import { listen } from "./server.ts";
import { createSim } from "./sim.ts";

// node simulator/main.ts --port N --app-url URL --api-key K --api-secret S --shop NAME.myshopify.com --speed N [--host 127.0.0.1]
// Prints {"event":"listening","url":…} on stdout when it answers; everything else goes to stderr.

const ROOT = join(import.meta.dirname, "..");

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    "app-url": { type: "string" },
    "api-key": { type: "string" },
    "api-secret": { type: "string" },
    shop: { type: "string", default: "juniper-and-oak.myshopify.com" },
    speed: { type: "string", default: "1" },
    config: { type: "string", default: join(ROOT, "shopify.app.toml") },
  },
});

const problems = [
  ...(["app-url", "api-key", "api-secret"] as const)
    .filter((name) => !values[name])
    .map((name) => `--${name} is missing`),
  ...(Number(values.speed) > 0 ? [] : ["--speed must be a number above 0"]),
  ...(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(values.shop) ? [] : ["--shop must be NAME.myshopify.com"]),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(2);
}

const sim = createSim({
  appUrl: new URL(values["app-url"] ?? "").origin,
  apiKey: values["api-key"] ?? "",
  apiSecret: values["api-secret"] ?? "",
  shopDomain: values.shop,
  speed: Number(values.speed),
  appConfig: (): AppConfig => readAppConfig(values.config),
  extensionDirectory: join(ROOT, "extensions", "beckon"),
});
const server = await listen(sim, Number(values.port), values.host);
console.log(JSON.stringify({ event: "listening", url: sim.origin }));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    sim.webhooks.close();
    server.closeAllConnections();
    server.close(() => process.exit(0));
  });
}
