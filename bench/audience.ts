import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { advanceCampaignJob, PAGE_SIZE } from "../app/campaigns/campaign.ts";
import { reachOf } from "../app/campaigns/campaigns.server.ts";
import { storeOf } from "../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../app/store/sqlite/database.server.ts";
import { describeMachine, progress, report } from "./support/bench-result.ts";
import { readOptions } from "./support/options.ts";
import { median, medianRatio, range, round } from "./support/statistics.ts";

// How long it takes to count an audience and to read its first page: who has a tag, one in a hundred. Beside it the usual
// schema of a subscriber table with attributes as name and value, indexed by subscriber and by name, asked the same.

const { size, rounds } = readOptions({ size: 1_000_000, rounds: 5 });
const SHOP = "bench.myshopify.com";
const TAG = "vip";
const ONE_IN = 100;
const COUNTRIES = ["US", "TR", "DE", "SA", "JP"];

const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-audience-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const database = openDatabase({ file: path.join(folder, "ours.db"), synchronous: "NORMAL" });
const usual = new BetterSqlite3(path.join(folder, "usual.db"));
const store = storeOf(database);
const now = new Date();
progress(`filling both with ${size} subscribers …`);
await fill();

const count = usual
  .prepare<[string], number>(
    `select count(*) from subscribers s where s.shop = ? and s.state = 'active'
       and exists (select 1 from attributes a where a.subscriber_id = s.id and a.name = 'tag' and a.value = '${TAG}')`,
  )
  .pluck();
const figures = { ours: [] as number[], usual: [] as number[], firstPage: [] as number[], longest: [] as number[] };
for (let index = 0; index < rounds; index += 1) {
  const both = [measureOurs, measureUsual];
  for (const measure of index % 2 === 0 ? both : both.toReversed()) await measure();
  figures.firstPage.push(await measureFirstPage());
  progress(
    `round ${index + 1}/${rounds}: ours ${round(figures.ours.at(-1) ?? 0)} ms, usual ${round(figures.usual.at(-1) ?? 0)} ms`,
  );
}

report(
  {
    bench: "audience",
    machine: describeMachine({ sqlite: "better-sqlite3" }),
    ours: {
      subscribers: size,
      rounds,
      in_audience: Math.ceil(size / ONE_IN),
      longest_turn_ms: median(figures.longest),
    },
    peers: { "usual schema": { count_ms: round(median(figures.usual), 1) } },
    ratios: {
      count_ms: round(median(figures.ours), 1),
      vs_usual_schema: medianRatio(figures.usual, figures.ours),
      first_page_ms: round(median(figures.firstPage), 1),
    },
    limit: {},
  },
  [
    { what: "ours: count of a tag", ms: round(median(figures.ours), 1), "[min..max]": range(figures.ours, 1) },
    { what: "the usual schema", ms: round(median(figures.usual), 1), "[min..max]": range(figures.usual, 1) },
    { what: "ours: first page", ms: round(median(figures.firstPage), 1), "[min..max]": range(figures.firstPage, 1) },
  ],
  [`One subscriber in ${ONE_IN} has the tag. Ours counts in parts; others have their turn between two.`],
);
await store.close();
usual.close();

async function measureOurs(): Promise<void> {
  const startedAt = performance.now();
  let turnAt = startedAt;
  let longest = 0;
  const timed = {
    ...store,
    campaigns: {
      ...store.campaigns,
      async countReach(...asked: Parameters<typeof store.campaigns.countReach>) {
        turnAt = performance.now();
        const part = await store.campaigns.countReach(...asked);
        longest = Math.max(longest, performance.now() - turnAt);
        return part;
      },
    },
  };
  const people = await reachOf(timed, SHOP, { tag: TAG });
  if (people !== Math.ceil(size / ONE_IN)) throw new Error(`ours counts ${people}`);
  figures.ours.push(performance.now() - startedAt);
  figures.longest.push(round(longest, 1));
}

async function measureUsual(): Promise<void> {
  const startedAt = performance.now();
  const people = count.get(SHOP);
  if (people !== Math.ceil(size / ONE_IN)) throw new Error(`the usual schema counts ${String(people)}`);
  figures.usual.push(performance.now() - startedAt);
}

/** As a campaign reads it, people with their devices and what they had this week. */
async function measureFirstPage(): Promise<number> {
  const id = randomBytes(12).toString("base64url");
  const row = { id, shop: SHOP, state: "sending", audience: { tag: TAG }, dueAt: now, createdAt: now } as const;
  const request = { texts: {}, ttlSeconds: 3_600, urgency: "normal", transactional: false } as const;
  await store.campaigns.create({ ...row, request, audienceSize: 0 }, advanceCampaignJob(SHOP, id, now));
  const startedAt = performance.now();
  for (let read = 0; read === 0;) {
    await store.campaigns.advance(SHOP, id, now, PAGE_SIZE, ({ people }) => {
      read += people.length;
      return { sent: [], delayed: [], dropped: 0, ledger: [], jobs: [] };
    });
  }
  return performance.now() - startedAt;
}

async function fill(): Promise<void> {
  await store.shops.install(SHOP, [], now);
  await store.vapidKeys.ensure(SHOP, { publicKey: "p", privateKey: "k" }, now);
  const { sqlite } = database;
  const visitor = sqlite.prepare(
    `insert into visitors (shop, visitor_id, first_seen_at, last_signal_at, timezone, tags, aliases)
     values ('${SHOP}', ?, ?, ?, 'UTC', ?, '{}')`,
  );
  const subscription = sqlite.prepare(
    `insert into subscriptions (id, shop, visitor_id, endpoint, endpoint_hash, p256dh, auth, vapid_key_id, push_service, origin,
       proxy_path, state, country, consent_marketing, muted_kinds, created_at, last_seen_at)
     values (?, '${SHOP}', ?, ?, ?, 'p', 'a', 1, 'push.example', 'https://shop.example', '/apps/beckon', 'active', ?, 1, '[]', ?, ?)`,
  );
  usual.exec(
    `pragma journal_mode = wal; pragma cache_size = -16384;
     create table subscribers (id integer primary key, shop text, endpoint text, state text, created_at integer, seen_at integer);
     create table attributes (subscriber_id integer, name text, value text);`,
  );
  const subscriber = usual.prepare(`insert into subscribers values (?, '${SHOP}', ?, 'active', ?, ?)`);
  const attribute = usual.prepare("insert into attributes values (?, ?, ?)");
  const at = now.getTime();
  const SOME = 20_000;
  for (let from = 0; from < size; from += SOME) {
    const inBoth = (work: (index: number, tags: string[]) => void) => () => {
      for (let index = from; index < Math.min(size, from + SOME); index += 1)
        work(index, index % ONE_IN === 0 ? ["newsletter", TAG] : ["newsletter"]);
    };
    sqlite.transaction(
      inBoth((index, tags) => {
        const [id, visitorId] = [randomBytes(12).toString("base64url"), randomBytes(12).toString("base64url")];
        visitor.run(visitorId, at, at - index, JSON.stringify(tags));
        const endpoint = `https://push.example/${id}`;
        subscription.run(id, visitorId, endpoint, id, COUNTRIES[index % COUNTRIES.length], at - index, at - index);
      }),
    )();
    usual.transaction(
      inBoth((index, tags) => {
        subscriber.run(index, `https://push.example/${index}`, at - index, at - index);
        for (const tag of tags) attribute.run(index, "tag", tag);
        attribute.run(index, "country", COUNTRIES[index % COUNTRIES.length]);
      }),
    )();
  }
  usual.exec(
    "create index attributes_by_subscriber on attributes (subscriber_id); create index attributes_by_name on attributes (name); analyze",
  );
  sqlite.exec("analyze");
}
