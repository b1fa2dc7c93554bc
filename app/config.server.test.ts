import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { describeProblems, loadConfig, parseConfig } from "./config.server.ts";

const KEY = randomBytes(32).toString("base64");

function buildEnv(changes: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  return {
    NODE_ENV: "production",
    SHOPIFY_API_KEY: "key",
    SHOPIFY_API_SECRET: "secret",
    SHOPIFY_APP_URL: "https://push.example.com",
    VAPID_SUBJECT: "mailto:owner@example.com",
    ENCRYPTION_KEY: KEY,
    ...changes,
  };
}

function buildSimulatedEnv(changes: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  return buildEnv({
    SIMULATED_SHOPIFY_URL: "http://127.0.0.1:4401",
    ALLOW_SIMULATION: "yes",
    SHOPIFY_APP_URL: "http://127.0.0.1:4400",
    ...changes,
  });
}

function problemsOf(env: NodeJS.ProcessEnv, readFile?: (path: string) => string): string[] {
  const parsed = parseConfig(env, readFile);
  return parsed.ok ? [] : parsed.problems.map(({ variable, problem }) => `${variable} ${problem}`);
}

function configOf(env: NodeJS.ProcessEnv, readFile?: (path: string) => string) {
  const parsed = parseConfig(env, readFile);
  if (!parsed.ok) throw new Error(describeProblems(parsed.problems));
  return parsed.config;
}

test("fills in the documented defaults", () => {
  expect(configOf(buildEnv())).toEqual({
    isProduction: true,
    shopify: { apiKey: "key", apiSecret: "secret", apiSecretOld: null, appUrl: "https://push.example.com" },
    databaseFile: "./data/beckon.db",
    port: 3000,
    host: "0.0.0.0",
    role: "all",
    vapidSubject: "mailto:owner@example.com",
    encryptionKeys: [KEY],
    push: { hosts: [], routes: [], ca: null, concurrency: 100 },
    simulatedShopifyUrl: null,
    rateLimit: true,
    metricsToken: null,
    logLevel: "info",
    geoipFile: null,
  });
});

test("reports every problem at once, each with the way to fix it", () => {
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    SHOPIFY_API_SECRET: " ",
    SHOPIFY_APP_URL: "push.example.com",
    DATABASE_URL: "postgres://db/beckon",
    PORT: "80a",
    ROLE: "king",
    ENCRYPTION_KEY: "short",
    PUSH_CONCURRENCY: "0",
    LOG_LEVEL: "loud",
    GEOIP_FILE: "/nowhere/cities.mmdb",
  };

  const parsed = parseConfig(env);

  const variables = parsed.ok ? [] : parsed.problems.map(({ variable }) => variable);
  expect(variables).toEqual([
    "SHOPIFY_API_KEY",
    "SHOPIFY_API_SECRET",
    "SHOPIFY_APP_URL",
    "DATABASE_URL",
    "PORT",
    "ROLE",
    "VAPID_SUBJECT",
    "ENCRYPTION_KEY",
    "PUSH_CONCURRENCY",
    "LOG_LEVEL",
    "GEOIP_FILE",
  ]);
  expect(() => loadConfig(env)).toThrow(/11 problems[\s\S]+ENCRYPTION_KEY: .+ openssl rand/);
});

test("names the position of a bad encryption key and never the key", () => {
  const bad = randomBytes(16).toString("base64");

  const text = problemsOf(buildEnv({ ENCRYPTION_KEY: `${KEY}, ${bad}` })).join("\n");

  expect(text).toContain("key 2 of 2");
  expect(text).not.toContain(bad);
});

test("takes several encryption keys, the newest first", () => {
  const old = randomBytes(32).toString("base64");

  expect(configOf(buildEnv({ ENCRYPTION_KEY: ` ${KEY},${old} ` })).encryptionKeys).toEqual([KEY, old]);
});

test("outside production a contact and an encryption key may be missing", () => {
  const config = configOf(buildEnv({ NODE_ENV: undefined, VAPID_SUBJECT: "", ENCRYPTION_KEY: "" }));

  expect(config.encryptionKeys).toEqual([]);
  expect(config.isProduction).toBe(false);
});

test("refuses the simulation in production and says nothing else", () => {
  const env = buildSimulatedEnv({ ALLOW_SIMULATION: "1", PUSH_ROUTES: "a=b:1", RATE_LIMIT: "off", PORT: "x" });

  expect(problemsOf(env)).toEqual([
    "SIMULATED_SHOPIFY_URL replaces Shopify by a simulated store and is refused in production",
  ]);
});

test("the simulation is allowed in production on an explicit word, and outside production without", () => {
  expect(configOf(buildSimulatedEnv()).simulatedShopifyUrl).toBe("http://127.0.0.1:4401");
  const outside = buildSimulatedEnv({ NODE_ENV: "development", ALLOW_SIMULATION: undefined });
  expect(configOf(outside).simulatedShopifyUrl).toBe("http://127.0.0.1:4401");
});

test("the simulated store must be on this machine", () => {
  for (const url of [
    "http://shop.example.com",
    "https://127.0.0.1:1",
    "http://10.0.0.1:80",
    "http://127.0.0.1.evil.com",
  ]) {
    expect(problemsOf(buildSimulatedEnv({ SIMULATED_SHOPIFY_URL: url }))).toHaveLength(1);
  }
  for (const url of ["http://localhost:4401/", "http://[::1]:4401", "http://127.8.9.1:4401"]) {
    expect(problemsOf(buildSimulatedEnv({ SIMULATED_SHOPIFY_URL: url }))).toEqual([]);
  }
});

test("refuses routes and open rate limits without the simulation, in production and outside", () => {
  for (const NODE_ENV of ["production", "development"]) {
    const env = buildEnv({ NODE_ENV, PUSH_ROUTES: "fcm.googleapis.com=127.0.0.1:9000", RATE_LIMIT: "off" });

    expect(problemsOf(env).map((problem) => problem.split(" ")[0])).toEqual(["PUSH_ROUTES", "RATE_LIMIT"]);
  }
});

test("reads push hosts and routes", () => {
  const config = configOf(
    buildSimulatedEnv({
      PUSH_HOSTS: "127.0.0.1:4402, Push.Example.com,[::1]:9",
      PUSH_ROUTES: "updates.push.services.mozilla.com=127.0.0.1:4402,fcm.googleapis.com=[::1]:4403",
      RATE_LIMIT: "off",
    }),
  );

  expect(config.push.hosts).toEqual([
    { host: "127.0.0.1", port: 4402 },
    { host: "push.example.com", port: 443 },
    { host: "[::1]", port: 9 },
  ]);
  expect(config.push.routes).toEqual([
    { host: "updates.push.services.mozilla.com", address: "127.0.0.1", port: 4402 },
    { host: "fcm.googleapis.com", address: "[::1]", port: 4403 },
  ]);
  expect(config.rateLimit).toBe(false);
});

test("refuses push hosts and routes that are none", () => {
  const env = buildSimulatedEnv({
    PUSH_HOSTS: "https://a.com,*.b.com,c.com:0,d.com:99999",
    PUSH_ROUTES: "a,b=c,d=e:f",
  });

  expect(problemsOf(env).map((problem) => problem.split(" ")[0])).toEqual([
    ...Array.from({ length: 4 }, () => "PUSH_HOSTS"),
    ...Array.from({ length: 3 }, () => "PUSH_ROUTES"),
  ]);
});

test("reads the certificates to trust, and says when there are none in the file", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

  expect(configOf(buildEnv({ PUSH_CA_FILE: "/ca.pem" }), () => pem).push.ca).toBe(pem);
  expect(problemsOf(buildEnv({ PUSH_CA_FILE: "/ca.pem" }), () => "hello")[0]).toContain("holds no certificate");
  expect(problemsOf(buildEnv({ PUSH_CA_FILE: "/nowhere.pem" }))[0]).toContain("ENOENT");
});

test("a real shop's app must be reached over https, at an origin", () => {
  expect(problemsOf(buildEnv({ SHOPIFY_APP_URL: "http://push.example.com" }))[0]).toContain("is not https");
  expect(problemsOf(buildEnv({ SHOPIFY_APP_URL: "https://push.example.com/beckon" }))[0]).toContain(
    "more than an origin",
  );
  expect(configOf(buildEnv({ SHOPIFY_APP_URL: "https://push.example.com/" })).shopify.appUrl).toBe(
    "https://push.example.com",
  );
});

test("knows file paths in every spelling and says of PostgreSQL: not yet", () => {
  const fileOf = (DATABASE_URL: string) => configOf(buildEnv({ DATABASE_URL })).databaseFile;

  expect(fileOf("file:./data/a.db")).toBe("./data/a.db");
  expect(fileOf("file:/var/lib/a.db")).toBe("/var/lib/a.db");
  expect(fileOf("file:///var/lib/a.db")).toBe("/var/lib/a.db");
  expect(problemsOf(buildEnv({ DATABASE_URL: "postgresql://db/a" }))[0]).toContain("not yet");
  expect(problemsOf(buildEnv({ DATABASE_URL: "mysql://db/a" }))).toHaveLength(1);
  expect(problemsOf(buildEnv({ DATABASE_URL: "file:" }))).toHaveLength(1);
});

test("a contact for push services is a mail address or an https page", () => {
  const good = ["mailto:a@b.example", "https://example.com/contact"];
  const bad = ["a@b.example", "mailto:me", "http://example.com", "mailto:root@localhost"];

  expect(good.flatMap((VAPID_SUBJECT) => problemsOf(buildEnv({ VAPID_SUBJECT })))).toEqual([]);
  expect(bad.flatMap((VAPID_SUBJECT) => problemsOf(buildEnv({ VAPID_SUBJECT })))).toHaveLength(bad.length);
});
