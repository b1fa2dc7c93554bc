import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import BetterSqlite3 from "better-sqlite3";
import express from "express";
import { ensureDefaultJourneys } from "../../app/journeys/journeys.server.ts";
import type { Services } from "../../app/services.server.ts";
import { answer, childArguments } from "../support/child.ts";
import { linkIdOf, SHOP, visitorIdOf } from "./webhooks.ts";

// The built app on a database of its own, with one of two ways in: ours, as in server.js, or a plain Remix route on Express,
// which does the same work.

type Arguments = {
  way: "ours" | "remix";
  synchronous: "FULL" | "NORMAL";
  role: "all" | "web";
  databaseFile: string;
  apiSecret: string;
  checkouts: number;
};
export type ServerQuestion = { type: "listen" } | { type: "empty" } | { type: "state" };
export type ServerState = { events: number; unprocessed: number; runs: number; cpuMs: number; rssMb: number };

const { way, synchronous, role, databaseFile, apiSecret, checkouts } = childArguments<Arguments>();

// The app has no setting for it, and needs none: only this comparison does.
if (synchronous === "NORMAL") {
  const { pragma } = BetterSqlite3.prototype;
  BetterSqlite3.prototype.pragma = function (this: BetterSqlite3.Database, source, options) {
    return pragma.call(this, source === "synchronous = FULL" ? "synchronous = NORMAL" : source, options);
  };
}

type Entry = {
  start(env: Record<string, string>): Promise<unknown>;
  answerRaw(request: IncomingMessage, response: ServerResponse): boolean;
};
const build = (await import(path.join(import.meta.dirname, "..", "..", "build", "server", "index.js"))) as ServerBuild;
const entry = build.entry.module as unknown as Entry;
await entry.start({
  NODE_ENV: "production",
  SHOPIFY_API_KEY: "bench-key",
  SHOPIFY_API_SECRET: apiSecret,
  SHOPIFY_APP_URL: "https://bench.example.com",
  DATABASE_URL: `file:${databaseFile}`,
  VAPID_SUBJECT: "mailto:bench@example.com",
  ENCRYPTION_KEY: Buffer.alloc(32, 3).toString("base64"),
  LOG_LEVEL: "error",
  ROLE: role,
});
const { beckonServices } = globalThis as typeof globalThis & { beckonServices?: Services };
if (!beckonServices) throw new Error("the app did not start");
const { store } = beckonServices;
const look = new BetterSqlite3(databaseFile);
await makeShop();

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.all("*", createRequestHandler({ build, mode: "production" }));
const server = createServer((request, response) => {
  if (way === "remix" || !entry.answerRaw(request, response)) app(request, response);
});
server.keepAliveTimeout = 65_000;

let cpu = process.cpuUsage();
answer(async (question: ServerQuestion) => {
  if (question.type === "listen") {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
  if (question.type === "empty") {
    for (const table of ["jobs", "events", "runs", "checkouts"]) look.exec(`delete from ${table}`);
    look.pragma("wal_checkpoint(TRUNCATE)");
    cpu = process.cpuUsage();
    return null;
  }
  const { user, system } = process.cpuUsage(cpu);
  const count = (sql: string) => look.prepare<[], number>(sql).pluck().get() ?? 0;
  const state: ServerState = {
    events: count("select count(*) from events"),
    unprocessed: count("select count(*) from events where processed_at is null"),
    runs: count("select count(*) from runs"),
    cpuMs: (user + system) / 1_000,
    rssMb: process.memoryUsage().rss / 1_048_576,
  };
  return state;
});

/** A shop with its journeys on and visitors that may be written to, each linked to a checkout. */
async function makeShop(): Promise<void> {
  const now = new Date();
  await store.shops.install(SHOP, ["read_orders"], now);
  await store.vapidKeys.ensure(SHOP, { publicKey: "B", privateKey: "x" }, now);
  await ensureDefaultJourneys(store, SHOP, now);
  const insertVisitor = look.prepare(
    `insert into visitors (shop, visitor_id, first_seen_at, last_signal_at, tags, aliases) values (?, ?, ?, ?, '[]', '{}')`,
  );
  const insertLink = look.prepare("insert into links (shop, link_id, visitor_id, created_at) values (?, ?, ?, ?)");
  const insertSubscription = look.prepare(
    `insert into subscriptions (id, shop, visitor_id, endpoint, endpoint_hash, p256dh, auth, vapid_key_id, push_service,
       origin, proxy_path, state, consent_marketing, consent_at, muted_kinds, created_at, last_seen_at)
     values (?, ?, ?, ?, ?, 'B', 'x', 1, 'fcm.googleapis.com', 'https://bench.myshopify.com', '/apps/beckon', 'active', 1, ?,
       '[]', ?, ?)`,
  );
  const at = now.getTime();
  look
    .transaction(() => {
      for (let n = 0; n < checkouts; n++) {
        insertVisitor.run(SHOP, visitorIdOf(n), at, at);
        insertLink.run(SHOP, linkIdOf(n), visitorIdOf(n), at);
        insertSubscription.run(
          `s${n}`,
          SHOP,
          visitorIdOf(n),
          `https://fcm.googleapis.com/fcm/send/${n}`,
          `h${n}`,
          at,
          at,
          at,
        );
      }
    })
    .immediate();
}
