import { readFileSync } from "node:fs";
import { createKeyring } from "./encryption.server.ts";

// The environment, parsed once. Nothing else in the app reads process.env: modules get values as arguments.

export type Config = {
  isProduction: boolean;
  shopify: {
    apiKey: string;
    apiSecret: string;
    /** Also accepted for signatures while the secret is being rotated. */
    apiSecretOld: string | null;
    /** Origin of the app, without a trailing slash. */
    appUrl: string;
  };
  /** Path of the SQLite file, or ":memory:". */
  databaseFile: string;
  port: number;
  host: string;
  role: "all" | "web" | "worker";
  /** Contact for push services: `mailto:` or `https:`. */
  vapidSubject: string;
  /** 32 bytes in base64 each. Empty outside production when none is set: a key is made beside the database. */
  encryptionKeys: string[];
  push: {
    /** Hosts allowed beside the built-in list; for these loopback and other ports are allowed. */
    hosts: PushHost[];
    /** Where to connect instead, by the endpoint's host. */
    routes: PushRoute[];
    /** PEM certificates trusted beside the system's, for `hosts` and `routes` only. */
    ca: string | null;
    /** Requests in flight per push service. */
    concurrency: number;
  };
  /** Origin of the simulated store, without a trailing slash; null with a real Shopify. */
  simulatedShopifyUrl: string | null;
  rateLimit: boolean;
  /** Bearer for /metrics from other than loopback; null: loopback only. */
  metricsToken: string | null;
  logLevel: LogLevel;
  /** MaxMind file for cities. */
  geoipFile: string | null;
};

export type PushHost = { host: string; port: number };
export type PushRoute = { host: string; address: string; port: number };

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is wrong with the environment, where, and what to do. */
export type ConfigProblem = { variable: string; problem: string; fix: string };

export type ParsedConfig = { ok: true; config: Config } | { ok: false; problems: ConfigProblem[] };

export class ConfigError extends Error {
  override name = "ConfigError";
  readonly problems: ConfigProblem[];

  constructor(problems: ConfigProblem[]) {
    super(describeProblems(problems));
    this.problems = problems;
  }
}

/** @throws ConfigError naming every problem at once */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new ConfigError(parsed.problems);
  return parsed.config;
}

/** One line for each problem: where, what, and how to fix it. */
export function describeProblems(problems: ConfigProblem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(({ variable, problem, fix }) => `  ${variable}: ${problem}. ${fix}`);
  return [`Beckon cannot start: ${count} in the environment.`, ...lines].join("\n");
}

type ReadFile = (path: string) => string;

/** Parses the whole environment. An empty variable counts as unset. */
export function parseConfig(env: NodeJS.ProcessEnv, readFile: ReadFile = readText): ParsedConfig {
  const isProduction = env.NODE_ENV === "production";
  const problems: ConfigProblem[] = [];
  const report = (variable: string, problem: string, fix: string) => problems.push({ variable, problem, fix });
  const value = (variable: string): string | null => env[variable]?.trim() || null;
  const required = (variable: string, fix: string): string => {
    const found = value(variable);
    if (found === null) report(variable, "is not set", fix);
    return found ?? "";
  };

  // SIMULATED_SHOPIFY_URL: loopback address of the simulated store. It would make strangers' requests count as Shopify's,
  // so in production it is refused, and whatever else leans on it is not worth a second message.
  const simulatedShopifyUrl = value("SIMULATED_SHOPIFY_URL");
  if (simulatedShopifyUrl !== null) {
    const refusal = refusedSimulation(simulatedShopifyUrl, isProduction, env.ALLOW_SIMULATION === "yes");
    if (refusal) return { ok: false, problems: [refusal] };
  }
  const isSimulated = simulatedShopifyUrl !== null;

  // SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL: from the app's settings. Required.
  const fromDashboard = "Copy it from the app's settings in Shopify's developer dashboard.";
  const apiKey = required("SHOPIFY_API_KEY", fromDashboard);
  const apiSecret = required("SHOPIFY_API_SECRET", fromDashboard);
  const appUrl = required("SHOPIFY_APP_URL", "Set it to the public https address of this server, without a path.");
  if (appUrl !== "") checkAppUrl(appUrl, isProduction && !isSimulated, report);

  // DATABASE_URL: file:PATH. Default file:./data/beckon.db.
  const databaseFile = parseDatabaseUrl(value("DATABASE_URL") ?? "file:./data/beckon.db", report);

  // PORT, HOST: where to listen. Default 3000 on every address.
  const port = wholeNumber("PORT", value("PORT"), 3000, 0, 65_535, report);
  const host = value("HOST") ?? "0.0.0.0";

  // ROLE: all, web (serves only) or worker (runs jobs only). Default all.
  const role = oneOf("ROLE", value("ROLE"), ["all", "web", "worker"] as const, "all", report);

  // VAPID_SUBJECT: whom push services write to when our requests trouble them. Required in production.
  const vapidSubject = parseVapidSubject(value("VAPID_SUBJECT"), isProduction, report);

  // ENCRYPTION_KEY: 32 bytes in base64, comma-separated, newest first. Required in production.
  const encryptionKeys = parseEncryptionKeys(value("ENCRYPTION_KEY"), isProduction, report);

  // PUSH_HOSTS: hosts allowed beside the built-in list, host[:port], comma-separated.
  const hosts = list(value("PUSH_HOSTS")).flatMap((text) => {
    const parsed = parseHostPort(text, 443);
    if (!parsed) report("PUSH_HOSTS", `"${text}" is not a host`, "Write host or host:port, separated by commas.");
    return parsed ? [parsed] : [];
  });

  // PUSH_ROUTES: host=address:port, comma-separated. For tests with a browser whose endpoints name its vendor's host.
  const routes = list(value("PUSH_ROUTES")).flatMap((text) => {
    const parsed = parseRoute(text);
    if (!parsed) {
      report("PUSH_ROUTES", `"${text}" is not a route`, "Write host=address:port, separated by commas.");
    }
    return parsed ? [parsed] : [];
  });
  if (value("PUSH_ROUTES") !== null && !isSimulated) {
    report("PUSH_ROUTES", "sends real shoppers' pushes elsewhere", "Remove it: it is for the simulated store only.");
  }

  // PUSH_CA_FILE: PEM bundle trusted for PUSH_HOSTS and PUSH_ROUTES.
  const ca = readPem(value("PUSH_CA_FILE"), readFile, report);

  // PUSH_CONCURRENCY: requests in flight per push service. Default 100.
  const concurrency = wholeNumber("PUSH_CONCURRENCY", value("PUSH_CONCURRENCY"), 100, 1, 10_000, report);

  // RATE_LIMIT: "off" switches the public rate limits off. Default on.
  const rateLimit = oneOf("RATE_LIMIT", value("RATE_LIMIT"), ["on", "off"] as const, "on", report) === "on";
  if (!rateLimit && !isSimulated) {
    report(
      "RATE_LIMIT",
      "is off, which leaves the public paths open to abuse",
      "Remove it: it is for the simulated store only.",
    );
  }

  // LOG_LEVEL: one of pino's. Default info.
  const logLevel = oneOf("LOG_LEVEL", value("LOG_LEVEL"), LOG_LEVELS, "info", report);

  // GEOIP_FILE: MaxMind file for cities.
  const geoipFile = value("GEOIP_FILE");
  if (geoipFile !== null) checkReadable("GEOIP_FILE", geoipFile, readFile, report);

  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: {
      isProduction,
      shopify: {
        apiKey,
        apiSecret,
        apiSecretOld: value("SHOPIFY_API_SECRET_OLD"),
        appUrl: new URL(appUrl).origin,
      },
      databaseFile,
      port,
      host,
      role,
      vapidSubject,
      encryptionKeys,
      push: { hosts, routes, ca, concurrency },
      simulatedShopifyUrl: isSimulated ? new URL(simulatedShopifyUrl).origin : null,
      rateLimit,
      metricsToken: value("METRICS_TOKEN"),
      logLevel,
      geoipFile,
    },
  };
}

type Report = (variable: string, problem: string, fix: string) => void;

function refusedSimulation(text: string, isProduction: boolean, isAllowed: boolean): ConfigProblem | null {
  const variable = "SIMULATED_SHOPIFY_URL";
  if (isProduction && !isAllowed) {
    return {
      variable,
      problem: "replaces Shopify by a simulated store and is refused in production",
      fix: "Remove it, or set ALLOW_SIMULATION=yes if this is a demo on your own machine.",
    };
  }
  const url = URL.parse(text);
  if (!url || url.protocol !== "http:" || !isLoopback(url.hostname) || url.pathname !== "/") {
    return {
      variable,
      problem: `"${text}" is not a loopback address`,
      fix: "Write it as http://127.0.0.1:PORT.",
    };
  }
  return null;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

function checkAppUrl(text: string, mustBePublic: boolean, report: Report): void {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    report("SHOPIFY_APP_URL", `"${text}" is not an address`, "Write it as https://push.example.com.");
  } else if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    report("SHOPIFY_APP_URL", `"${text}" has more than an origin`, `Write it as ${url.origin}.`);
  } else if (mustBePublic && url.protocol !== "https:") {
    report(
      "SHOPIFY_APP_URL",
      `"${text}" is not https`,
      "Shopify talks to apps over https only: put TLS in front of it.",
    );
  }
}

function parseDatabaseUrl(text: string, report: Report): string {
  if (/^postgres(ql)?:/.test(text)) {
    report("DATABASE_URL", "PostgreSQL is not yet supported", "Use file:PATH, a SQLite file on a local disk.");
    return "";
  }
  const path = /^file:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1];
  if (!path || path.startsWith("//")) {
    report("DATABASE_URL", "is not a database this app knows", "Write it as file:PATH, such as file:./data/beckon.db.");
    return "";
  }
  return path;
}

function parseVapidSubject(text: string | null, isProduction: boolean, report: Report): string {
  if (text === null) {
    if (isProduction) {
      report("VAPID_SUBJECT", "is not set", "Set it to a contact of yours, such as mailto:you@example.com.");
    }
    return "mailto:nobody@example.com";
  }
  const isMail = /^mailto:[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/.test(text);
  const isAddress = URL.parse(text)?.protocol === "https:";
  if (!isMail && !isAddress) {
    report("VAPID_SUBJECT", `"${text}" is no contact`, "Write mailto:you@example.com or an https address.");
  }
  return text;
}

function parseEncryptionKeys(text: string | null, isProduction: boolean, report: Report): string[] {
  const fix = "Make one with: openssl rand -base64 32";
  if (text === null) {
    if (isProduction) report("ENCRYPTION_KEY", "is not set", fix);
    return [];
  }
  const keys = list(text);
  keys.forEach((key, index) => {
    // Never the key itself: this text goes to logs.
    const which = keys.length === 1 ? "the key" : `key ${index + 1} of ${keys.length}`;
    if (!/^[A-Za-z0-9+/]{43}=?$/.test(key)) report("ENCRYPTION_KEY", `${which} is not 32 bytes in base64`, fix);
    else createKeyring([key]);
  });
  if (keys.length === 0) report("ENCRYPTION_KEY", "holds no key", fix);
  if (new Set(keys).size < keys.length) report("ENCRYPTION_KEY", "names a key twice", "Name each key once.");
  return keys;
}

function parseRoute(text: string): PushRoute | null {
  const [host, target, ...rest] = text.split("=");
  if (!host || !target || rest.length > 0 || !parseHostPort(host, 443)) return null;
  const parsed = parseHostPort(target, null);
  return parsed ? { host: host.toLowerCase(), address: parsed.host, port: parsed.port } : null;
}

/** `host`, `host:port`, `[v6]` or `[v6]:port`. A null default makes the port necessary. */
function parseHostPort(text: string, defaultPort: number | null): PushHost | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(text);
  if (!match?.[1]) return null;
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  if (port === null || port < 1 || port > 65_535) return null;
  return { host: match[1].toLowerCase(), port };
}

function readPem(path: string | null, readFile: ReadFile, report: Report): string | null {
  if (path === null) return null;
  const text = checkReadable("PUSH_CA_FILE", path, readFile, report);
  if (text !== null && !text.includes("-----BEGIN CERTIFICATE-----")) {
    report("PUSH_CA_FILE", `${path} holds no certificate`, "It must be a PEM file with one or more certificates.");
  }
  return text;
}

function checkReadable(variable: string, path: string, readFile: ReadFile, report: Report): string | null {
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    report(variable, `${path} cannot be read (${reason})`, "Check the path and who may read it.");
    return null;
  }
}

function wholeNumber(
  variable: string,
  text: string | null,
  fallback: number,
  least: number,
  most: number,
  report: Report,
): number {
  if (text === null) return fallback;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    report(variable, `"${text}" is not a whole number from ${least} to ${most}`, `The default is ${fallback}.`);
    return fallback;
  }
  return number;
}

function oneOf<const T extends string>(
  variable: string,
  text: string | null,
  choices: readonly T[],
  fallback: T,
  report: Report,
): T {
  if (text === null) return fallback;
  const found = choices.find((choice) => choice === text);
  if (!found)
    report(variable, `"${text}" is unknown`, `Choose one of ${choices.join(", ")}; the default is ${fallback}.`);
  return found ?? fallback;
}

function list(text: string | null): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}
