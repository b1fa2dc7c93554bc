import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import type { LogLevel } from "./config.server.ts";

export type { Logger };

const REDACTED = "[redacted]";

// Named for what they hold, wherever they lie. `key` alone is a job's key and may be seen; `keyId` names no secret.
const SECRET_NAME =
  /(token|secret|password|authorization|cookie|signature|hmac|p256dh|private_?key|api_?key|encryption_?key|first_?name|last_?name|e?mail|phone|endpoint)$/i;
const SECRET_NAMES = new Set(["auth", "address", "ip", "payload", "subject"]);

/**
 * One JSON line for each event. What must not be seen is taken out on the way, however it got in: values whose name says
 * that they are secret, and in any text the path and query of addresses (a push endpoint is a capability, a link carries
 * a token), e-mail addresses and signed tokens.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      hooks: { streamWrite: withoutSecretText },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return cleaned(fields, 0) as Record<string, unknown>;
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth > 6) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const isSecret = item !== null && item !== undefined && (SECRET_NAME.test(name) || SECRET_NAMES.has(name));
      return [name, isSecret ? REDACTED : cleaned(item, depth + 1)];
    }),
  );
}

const ADDRESS = /\b((?:https?|wss?):\/\/[^\s/"'<>\\?#@]+)[/?#][^\s"'<>\\]*/gi;
const E_MAIL = /[A-Z0-9._%+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+/gi;
const SHOPIFY_TOKEN = /\bshp(?:at|ca|pa|ss|ua)_[A-Za-z0-9]+/g;
const SIGNED_TOKEN = /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,2}/g;

/** Takes addresses' paths, e-mail addresses and tokens out of any text. */
export function withoutSecretText(line: string): string {
  return line
    .replace(ADDRESS, "$1/…")
    .replace(SIGNED_TOKEN, REDACTED)
    .replace(SHOPIFY_TOKEN, REDACTED)
    .replace(E_MAIL, "[e-mail]");
}
