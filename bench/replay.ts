import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureDefaultJourneys } from "../app/journeys/journeys.server.ts";
import { journeyKind } from "../app/journeys/kinds/registry.server.ts";
import { replay } from "../app/replay/replay.server.ts";
import { storeOf } from "../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../app/store/sqlite/database.server.ts";
import type { Database } from "../app/store/sqlite/database.server.ts";
import { shops, subscriptions, visitors } from "../app/store/sqlite/schema.server.ts";
import { describeMachine, report } from "./support/bench-result.ts";
import { median } from "./support/statistics.ts";

// How long a replay of a quarter takes: 100,000 events of 5,000 subscribers in visits of ten, some with a cart, and how long
// the event loop is held meanwhile.

const SHOP = "replay.myshopify.com";
const EVENTS = 100_000;
const PEOPLE = 5_000;
const VISIT = 10;
const ROUNDS = 5;
const NOW = new Date("2026-11-01T12:00:00Z");
const DAY_MS = 86_400_000;
const SPAN_MS = 90 * DAY_MS;
/** What is asked of it, on two cores. */
const TARGET_MS = 10_000;

function fill({ drizzle, sqlite }: Database): void {
  const since = new Date(NOW.getTime() - SPAN_MS - DAY_MS);
  drizzle
    .insert(shops)
    .values({ shop: SHOP, state: "installed", installedAt: since, scopes: [], locales: ["en"], settings: {} })
    .run();
  sqlite.transaction(() => {
    for (let index = 0; index < PEOPLE; index += 1) {
      const visitorId = `visitor-${index}`;
      const row = { shop: SHOP, visitorId };
      drizzle
        .insert(visitors)
        .values({ ...row, firstSeenAt: since, lastSignalAt: NOW, tags: [], aliases: {} })
        .run();
      drizzle
        .insert(subscriptions)
        .values({
          ...row,
          ...{
            id: `s-${index}`,
            endpoint: `https://push.example/${index}`,
            endpointHash: `${index}`,
            p256dh: "",
            auth: "",
          },
          ...{ vapidKeyId: 1, pushService: "push.example", origin: "https://shop.example", proxyPath: "/apps/beckon" },
          ...{ state: "active", consentMarketing: true, mutedKinds: [], createdAt: since, lastSeenAt: since },
        })
        .run();
    }
    const insert = sqlite.prepare(
      `insert into events (shop, source_id, kind, visitor_id, cart_token, occurred_at, received_at, processed_at, data)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (let index = 0; index < EVENTS; index += 1) {
      const { kind, visitorId, cartToken, at, data } = eventAt(index);
      insert.run(SHOP, `event-${index}`, kind, visitorId, cartToken, at, at, at, JSON.stringify(data));
    }
  })();
}

function eventAt(index: number) {
  const visit = Math.floor(index / VISIT);
  const place = index % VISIT;
  const visitorId = `visitor-${(visit * 7919) % PEOPLE}`;
  const begins = NOW.getTime() - SPAN_MS + Math.floor((visit * SPAN_MS) / (EVENTS / VISIT));
  const at = begins + place * 20_000;
  const productId = String(visit % 500);
  const known = { productId, variantId: productId, title: "Linen shirt" };
  if (place === 5 && visit % 3 === 0) {
    const cartToken = `cart-${visitorId}`;
    const item = { ...known, variantTitle: null, quantity: 1, price: 4_900, image: null, url: null };
    const items = [{ ...item, properties: null, sellingPlanId: null }];
    const data = { cartToken, currency: "USD", total: 4_900, discounted: false, items };
    return { kind: "cart_updated", visitorId, cartToken, at, data };
  }
  const other = { visitorId, cartToken: null, at };
  if (place === VISIT - 1) return { ...other, kind: "left", data: {} };
  if (place % 2 === 0) return { ...other, kind: "page_viewed", data: {} };
  return { ...other, kind: "product_viewed", data: { ...known, handle: "linen-shirt", seconds: 20 } };
}

const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-replay-"));
try {
  const database = openDatabase({ file: path.join(folder, "replay.db"), synchronous: "NORMAL" });
  const store = storeOf(database);
  fill(database);
  await ensureDefaultJourneys(store, SHOP, NOW);
  const definition = journeyKind("cart_recovery")?.defaultDefinition;
  if (!definition) throw new Error("There is no cart recovery");

  const rounds: { ms: number; cpuMs: number; longestTurnMs: number; messages: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const turns = watchTurns();
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    const answer = await replay(store, { shop: SHOP, kind: "cart_recovery", definition, days: 90 }, NOW);
    if (answer?.events !== EVENTS) throw new Error(`Replayed ${answer?.events} of ${EVENTS} events`);
    const { user, system } = process.cpuUsage(cpu);
    const cpuMs = (user + system) / 1_000;
    rounds.push({ ms: performance.now() - startedAt, cpuMs, longestTurnMs: turns.stop(), messages: answer.messages });
  }
  const ms = median(rounds.map((round) => round.ms));
  const longestTurnMs = median(rounds.map((round) => round.longestTurnMs));
  const cpuMs = Math.round(median(rounds.map((round) => round.cpuMs)));
  const perSecond = Math.round((EVENTS / ms) * 1_000);
  const rssMb = Math.round(process.memoryUsage().rss / 1_048_576);
  const messages = rounds[0]?.messages ?? 0;
  const figures = { ms: Math.round(ms), cpuMs, perSecond, messages, longestTurnMs: Math.round(longestTurnMs), rssMb };
  report(
    {
      bench: "replay",
      machine: describeMachine(),
      ours: { events: EVENTS, rounds: ROUNDS, ...figures },
      peers: {},
      ratios: { of_10_seconds: Number((ms / TARGET_MS).toFixed(2)) },
      limit: {},
    },
    [{ events: EVENTS, ...figures }],
    ["The median of five replays of 90 days; longestTurnMs is how long others waited for the event loop at most."],
  );
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function watchTurns(): { stop(): number } {
  let [last, longest, isOn] = [performance.now(), 0, true];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOn) setTimeout(look, 0);
  };
  look();
  return {
    stop() {
      isOn = false;
      return longest;
    },
  };
}
