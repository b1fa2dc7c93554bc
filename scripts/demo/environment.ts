import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DemoOptions } from "./options.ts";

/** Everything the three processes of the demo are started with. */
export type DemoPlan = {
  shop: string;
  apiKey: string;
  apiSecret: string;
  appUrl: string;
  storeUrl: string;
  pushPort: number;
  ports: { app: number; store: number; push: number; pushWebSocket: number };
  /** The local push service's own certificate. */
  pushCaFile: string;
  /** Environment of the app process. */
  appEnv: NodeJS.ProcessEnv;
  databaseFile: string | null;
};

/**
 * The demo decides where things listen and which shop it is; everything else set outside wins, and PUSH_HOSTS and
 * PUSH_CA_FILE add to the demo's own.
 */
export function planDemo(options: DemoOptions, outside: NodeJS.ProcessEnv, root: string): DemoPlan {
  const ports = { app: options.port, store: options.port + 1, push: options.port + 2, pushWebSocket: options.port + 3 };
  const appUrl = `http://127.0.0.1:${ports.app}`;
  const storeUrl = `http://127.0.0.1:${ports.store}`;
  const apiKey = randomBytes(16).toString("hex");
  const apiSecret = `shpss_${randomBytes(16).toString("hex")}`;

  const databaseUrl = outside.DATABASE_URL || `file:${join(root, "data", "demo.db")}`;
  const databaseFile = databaseUrl.startsWith("file:") ? resolve(root, databaseUrl.slice("file:".length)) : null;
  const folder = databaseFile ? dirname(databaseFile) : join(root, "data");
  mkdirSync(folder, { recursive: true });
  if (databaseFile && !outside.DATABASE_URL) emptyDatabase(databaseFile);
  const name = databaseFile ? basename(databaseFile).replace(/\.[^.]+$/, "") : "demo";
  const pushCaFile = join(folder, `${name}-push-ca.pem`);

  return {
    shop: "beckon-demo.myshopify.com",
    apiKey,
    apiSecret,
    appUrl,
    storeUrl,
    pushPort: ports.push,
    ports,
    pushCaFile,
    databaseFile,
    appEnv: {
      VAPID_SUBJECT: "mailto:demo@example.com",
      LOG_LEVEL: "info",
      ...outside,
      ENCRYPTION_KEY: outside.ENCRYPTION_KEY || keyBeside(join(folder, `${name}.key`)),
      DATABASE_URL: databaseUrl,
      HOST: "127.0.0.1",
      PORT: String(ports.app),
      ROLE: "all",
      NODE_ENV: "production",
      ALLOW_SIMULATION: "yes",
      SIMULATED_SHOPIFY_URL: storeUrl,
      SHOPIFY_API_KEY: apiKey,
      SHOPIFY_API_SECRET: apiSecret,
      SHOPIFY_API_SECRET_OLD: "",
      SHOPIFY_APP_URL: appUrl,
      PUSH_HOSTS: [`127.0.0.1:${ports.push}`, `localhost:${ports.push}`, outside.PUSH_HOSTS].filter(Boolean).join(","),
      PUSH_CA_FILE: outside.PUSH_CA_FILE ? join(folder, `${name}-ca-bundle.pem`) : pushCaFile,
    },
  };
}

/** Written once the push service has made its certificate. */
export function writeCaBundle(plan: DemoPlan, outside: NodeJS.ProcessEnv): void {
  if (!outside.PUSH_CA_FILE) return;
  const parts = [plan.pushCaFile, outside.PUSH_CA_FILE].map((file) => readFileSync(file, "utf8").trim());
  writeFileSync(String(plan.appEnv.PUSH_CA_FILE), `${parts.join("\n")}\n`);
}

function emptyDatabase(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
}

function keyBeside(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}
