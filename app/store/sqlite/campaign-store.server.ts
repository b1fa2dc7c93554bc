import { and, desc, eq, sql } from "drizzle-orm";
import type {
  Advance,
  CampaignCounts,
  CampaignDevice,
  CampaignPage,
  CampaignPerson,
  CampaignRow,
  CampaignState,
  CampaignStore,
  PagePlan,
} from "../../campaigns/campaign-store.ts";
import { waitingMessages } from "./waiting-messages.server.ts";
import type { Database } from "./database.server.ts";
import { WAITING } from "./job-statements.server.ts";
import { ledgerStatements } from "./ledger-store.server.ts";
import { personReader } from "./person-reader.server.ts";
import { campaigns } from "./schema.server.ts";

const WEEK_MS = 7 * 86_400_000;
/** Subscriptions looked at for one page of a tag, so that a rare one holds nobody up either. */
const TAG_WINDOW = 1_000;
/** Visitors looked at for the tags in use. */
const RECENT_VISITORS = 2_000;
/** A customer's browsers; more are not a person. */
const MOST_VISITORS = 50;

/** Asked for the JSON of the tag, then for the tag: the text alone passes most by, a tenth of what taking it apart costs. */
const HAS_TAG = "(instr(v.tags, ?) > 0 and exists (select 1 from json_each(v.tags) where value = ?))";

type VisitorRow = {
  visitorId: string;
  customerId: string | null;
  locale: string | null;
  timezone: string | null;
  country: string | null;
  city: string | null;
  consentWithdrawnAt: number | null;
  lastSignalAt: number;
  tags: string;
  firstName: string | null;
};

type DeviceRow = Omit<CampaignDevice, "consentMarketing" | "pausedUntil" | "mutedKinds" | "lastSeenAt"> & {
  consentMarketing: 0 | 1;
  pausedUntil: number | null;
  mutedKinds: string;
  lastSeenAt: number;
};

type Named = { subscriptionId: string; visitorId: string };

export function campaignStore(database: Database): CampaignStore {
  const { drizzle, sqlite, jobs, commit } = database;
  const ledger = ledgerStatements(database);
  const people = personReader(database);
  const one = (shop: string, id: string) => and(eq(campaigns.shop, shop), eq(campaigns.id, id));

  // ------------------------------------------------------------------------------------------------------ reading a page

  const everyone = sqlite.prepare<[string, string, number], Named>(
    `select id as subscriptionId, visitor_id as visitorId from subscriptions
     where shop = ? and state = 'active' and id > ? order by id limit ?`,
  );
  const tagged = sqlite.prepare<[string, string, string, string, number], Named & { isTagged: 0 | 1 }>(
    `select s.id as subscriptionId, s.visitor_id as visitorId, ${HAS_TAG} as isTagged
     from subscriptions s left join visitors v on v.shop = s.shop and v.visitor_id = s.visitor_id
     where s.shop = ? and s.state = 'active' and s.id > ? order by s.id limit ?`,
  );
  const dueDelays = sqlite.prepare<[string, number, number], Named>(
    `select subscription_id as subscriptionId, visitor_id as visitorId from campaign_delays
     where campaign_id = ? and due_at <= ? order by due_at limit ?`,
  );
  const firstDelay = sqlite
    .prepare<[string], number | null>("select min(due_at) from campaign_delays where campaign_id = ?")
    .pluck();
  const isDelayed = sqlite
    .prepare<[string, string], 1>("select 1 from campaign_delays where campaign_id = ? and visitor_id = ?")
    .pluck();

  const VISITOR = `v.visitor_id as visitorId, v.customer_id as customerId, v.locale, v.timezone, v.country, v.city,
    v.consent_withdrawn_at as consentWithdrawnAt, v.last_signal_at as lastSignalAt, v.tags`;
  // Casts keep a join from being planned anew for each person: see the deliveries' `loadRow`.
  const visitorOf = sqlite.prepare<[string, string], VisitorRow>(
    `select ${VISITOR}, c.first_name as firstName from visitors v
     left join customers c on c.shop = v.shop and c.customer_id = v.customer_id
     where v.shop = cast(? as text) and v.visitor_id = cast(? as text)`,
  );
  const visitorsOfCustomer = sqlite.prepare<[string, string], VisitorRow>(
    `select ${VISITOR}, null as firstName from visitors v where v.shop = ? and v.customer_id = ? limit ${MOST_VISITORS}`,
  );
  const devicesOf = sqlite.prepare<[string, string], DeviceRow>(
    `select id, visitor_id as visitorId, state, push_service as pushService, locale, timezone, country, city,
       consent_marketing as consentMarketing, paused_until as pausedUntil, muted_kinds as mutedKinds,
       last_seen_at as lastSeenAt
     from subscriptions where shop = ? and visitor_id = ? limit 100`,
  );
  const waiting = waitingMessages({ sqlite });
  const marketingSent = sqlite.prepare<[string, string, number], { at: number; kind: string; step: string | null }>(
    // What never reached an eye does not use up anybody's patience.
    `select n.created_at as at, n.kind, n.step from notifications n
     where n.shop = cast(? as text) and n.visitor_id = cast(? as text) and n.created_at >= cast(? as integer)
       and n.is_transactional = 0
       and exists (select 1 from deliveries d where d.notification_id = n.id
         and d.suppressed_at is null and d.state not in ('dropped', 'failed', 'expired'))
     order by n.created_at desc limit 200`,
  );
  const hasIt = sqlite
    .prepare<[string, string, number, string], 1>(
      `select 1 from notifications where shop = ? and visitor_id = ? and created_at >= ? and campaign_id = ? limit 1`,
    )
    .pluck();

  // ------------------------------------------------------------------------------------------------------ writing a page

  const insertNotification = sqlite.prepare(
    `insert into notifications (id, shop, visitor_id, customer_id, kind, run_id, step, campaign_id, is_transactional, locale,
       message, target_url, discount_code, cart_token, checkout_token, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertDelivery = sqlite.prepare(
    `insert into deliveries (id, shop, notification_id, subscription_id, visitor_id, campaign_id, state, push_topic, urgency,
       ttl_seconds, deadline_at, created_at)
     values (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)`,
  );
  const deleteDelay = sqlite.prepare<[string, string]>(
    "delete from campaign_delays where campaign_id = ? and visitor_id = ?",
  );
  const insertDelay = sqlite.prepare<[string, string, string, string, number]>(
    `insert into campaign_delays (shop, campaign_id, visitor_id, subscription_id, due_at) values (?, ?, ?, ?, ?)
     on conflict (campaign_id, visitor_id) do update set due_at = excluded.due_at`,
  );
  const moveOn = sqlite.prepare<[number, string, 0 | 1, number, number, string]>(
    `update campaigns set state = 'sending', started_at = coalesce(started_at, ?), cursor = ?, is_audience_read = ?,
       decided = decided + ?, dropped = dropped + ? where id = ?`,
  );
  const finishPlanning = sqlite.prepare<[number, number, string]>(
    "update campaigns set state = 'sending', started_at = coalesce(started_at, ?), planned_at = ? where id = ?",
  );

  // ----------------------------------------------------------------------------------------------------------- counting

  const byState = sqlite.prepare<[string], { state: string; count: number }>(
    "select state, count(*) as count from deliveries where campaign_id = ? group by state",
  );
  const countShown = sqlite
    .prepare<[string], number>("select count(*) from notifications where campaign_id = ? and shown_at is not null")
    .pluck();
  const countClicked = sqlite
    .prepare<[string], number>("select count(*) from notifications where campaign_id = ? and clicked_at is not null")
    .pluck();
  const countDelays = sqlite
    .prepare<[string], number>("select count(*) from campaign_delays where campaign_id = ?")
    .pluck();
  const isUnderWay = sqlite
    .prepare<[string], 1>("select 1 from deliveries where campaign_id = ? and state in ('queued', 'sending') limit 1")
    .pluck();
  const wholeTtlAgain = sqlite.prepare<[number, string]>(
    `update deliveries set deadline_at = ? + ttl_seconds * 1000 where campaign_id = ? and state in ('queued', 'sending')`,
  );
  // What was held, or is to be dropped, is looked at now. Few pages wait at any time; all of them are looked at.
  const wakePages = sqlite.prepare<[number, string]>(
    `update jobs set run_at = ? where kind = 'send-campaign-page' and ${WAITING}
       and json_extract(payload, '$.campaignId') = ?`,
  );
  const countPages = sqlite
    .prepare<[string, string], number>(
      `select count(*) from jobs where kind = 'send-campaign-page' and ${WAITING}
         and json_extract(payload, '$.campaignId') = ? and json_extract(payload, '$.shop') = ?`,
    )
    .pluck();
  const wakeRetries = sqlite.prepare<[number, string]>(
    `update jobs set run_at = ? where ${WAITING} and key in (
       select 'delivery:' || id from deliveries where campaign_id = ? and state in ('queued', 'sending'))`,
  );
  // Ties stay together, because a visitor's subscriptions are one person: grouped, then cut.
  const REACHABLE = `select visitor_id as visitorId, max(consent_marketing) as consents from subscriptions
    where shop = ? and visitor_id > ? and state = 'active' group by visitor_id order by visitor_id limit ?`;
  type Part = { people: number | null; read: number; last: string | null };
  const reachAll = sqlite.prepare<[string, string, number], Part>(
    `select sum(consents) as people, count(*) as read, max(visitorId) as last from (${REACHABLE})`,
  );
  const reachTagged = sqlite.prepare<[string, string, string, string, string, number], Part>(
    `select sum(p.consents = 1 and exists (
         select 1 from visitors v where v.shop = cast(? as text) and v.visitor_id = p.visitorId and ${HAS_TAG})) as people,
       count(*) as read, max(p.visitorId) as last from (${REACHABLE}) p`,
  );

  function wake(campaignId: string, now: Date): void {
    wakePages.run(now.getTime(), campaignId);
    wakeRetries.run(now.getTime(), campaignId);
  }

  function read(shop: string, id: string): CampaignRow | undefined {
    return drizzle.select().from(campaigns).where(one(shop, id)).get();
  }

  function countsOf({ id, state, dropped }: CampaignRow): CampaignCounts {
    const states = new Map(byState.all(id).map((row) => [row.state, row.count]));
    const of = (...names: string[]) => names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0);
    const delayed = countDelays.get(id) ?? 0;
    const isStopped = state === "stopped";
    return {
      queued: of("queued", "sending") + (isStopped ? 0 : delayed),
      sent: of("accepted", "superseded", "failed", "expired"),
      accepted: of("accepted", "superseded"),
      failed: of("failed"),
      expired: of("expired"),
      dropped: of("dropped") + dropped + (isStopped ? delayed : 0),
      shown: countShown.get(id) ?? 0,
      clicked: countClicked.get(id) ?? 0,
    };
  }

  function stateOf(row: CampaignRow): CampaignState {
    const isOver = row.state !== "stopped" && row.plannedAt !== null && !isUnderWay.get(row.id);
    return isOver ? "done" : row.state;
  }

  function nextOf(row: CampaignRow, now: Date, limit: number) {
    const { shop, audience, cursor } = row;
    if (row.isAudienceRead) {
      const named = dueDelays.all(row.id, now.getTime(), limit);
      return { named, cursor, isAudienceRead: true, fromDelays: true };
    }
    if ("all" in audience) {
      const named = everyone.all(shop, cursor, limit);
      const end = named.at(-1)?.subscriptionId ?? cursor;
      return { named, cursor: end, isAudienceRead: named.length < limit, fromDelays: false };
    }
    const window = tagged.all(JSON.stringify(audience.tag), audience.tag, shop, cursor, TAG_WINDOW);
    const named = window.filter(({ isTagged }) => isTagged === 1).slice(0, limit);
    const isCut = named.length === limit;
    const end = (isCut ? named.at(-1) : window.at(-1))?.subscriptionId ?? cursor;
    return { named, cursor: end, isAudienceRead: !isCut && window.length < TAG_WINDOW, fromDelays: false };
  }

  /** Null: somebody who is on another page, by another device or browser, or is no more. */
  function personOf(row: CampaignRow, named: Named, fromDelays: boolean, now: Date): CampaignPerson | null {
    const { shop, audience } = row;
    const visitor = visitorOf.get(shop, named.visitorId) ?? unknownVisitor(named.visitorId);
    const others = visitor.customerId ? visitorsOfCustomer.all(shop, visitor.customerId) : [visitor];
    const visitors = others.some(({ visitorId }) => visitorId === visitor.visitorId) ? others : [visitor, ...others];
    const devices = visitors.flatMap(({ visitorId }) => devicesOf.all(shop, visitorId));
    if (devices.length === 0) return null;
    const ids = visitors.map(({ visitorId }) => visitorId);

    if (fromDelays || devices.length > 1 || ids.length > 1) {
      // The audience names each device. The first of those it still names speaks for the person …
      const isNamed = new Set(
        visitors
          .filter(({ tags }) => "all" in audience || (JSON.parse(tags) as string[]).includes(audience.tag))
          .map(({ visitorId }) => visitorId),
      );
      const first = devices
        .filter((device) => device.state === "active" && isNamed.has(device.visitorId))
        .reduce<string | null>((least, { id }) => (least === null || id < least ? id : least), null);
      if (!fromDelays && first !== null && first !== named.subscriptionId) return null;
      // … and when that one has ended since, what was sent to it still counts.
      const since = (row.startedAt ?? row.createdAt).getTime();
      if (ids.some((id) => hasIt.get(shop, id, since, row.id))) return null;
      if (!fromDelays && ids.some((id) => isDelayed.get(row.id, id))) return null;
    }

    const { transactional } = row.request as { transactional?: boolean };
    const sent = transactional ? [] : ids.flatMap((id) => marketingSent.all(shop, id, now.getTime() - WEEK_MS));
    const { tags: _tags, lastSignalAt: _last, firstName, consentWithdrawnAt, ...facts } = visitor;
    return {
      visitor: { ...facts, consentWithdrawnAt: consentWithdrawnAt === null ? null : new Date(consentWithdrawnAt) },
      firstName,
      subscriptionId: named.subscriptionId,
      subscriptions: devices.map(deviceOf),
      signals: new Map(visitors.map(({ visitorId, lastSignalAt }) => [visitorId, new Date(lastSignalAt)])),
      waiting: transactional ? [] : waiting(shop, ids, null, now),
      marketingSent: sent.toSorted((a, b) => b.at - a.at).map(({ at, ...sent }) => ({ at: new Date(at), ...sent })),
    };
  }

  function write(row: CampaignRow, plan: PagePlan): void {
    for (const { notification: n, delivery: d } of plan.sent) {
      insertNotification.run(
        n.id,
        n.shop,
        n.visitorId,
        n.customerId,
        n.kind,
        n.runId,
        n.step,
        n.campaignId,
        n.isTransactional ? 1 : 0,
        n.locale,
        JSON.stringify(n.message),
        n.targetUrl,
        n.discountCode,
        n.cartToken,
        n.checkoutToken,
        n.createdAt.getTime(),
      );
      insertDelivery.run(
        d.id,
        d.shop,
        d.notificationId,
        d.subscriptionId,
        d.visitorId,
        row.id,
        d.pushTopic,
        d.urgency,
        d.ttlSeconds,
        d.deadlineAt.getTime(),
        d.createdAt.getTime(),
      );
    }
    for (const { visitorId, subscriptionId, until } of plan.delayed)
      insertDelay.run(row.shop, row.id, visitorId, subscriptionId, until.getTime());
    plan.ledger.forEach(ledger.append);
    plan.jobs.forEach((job) => jobs.schedule(job));
  }

  function advance(
    shop: string,
    id: string,
    now: Date,
    limit: number,
    plan: (page: CampaignPage) => PagePlan,
  ): Advance {
    const row = read(shop, id);
    if (!row || (row.state !== "scheduled" && row.state !== "sending") || row.plannedAt !== null) {
      return { type: "over" };
    }
    if (row.dueAt > now) return { type: "wait", until: row.dueAt };
    const facts = people.shopFacts(shop);
    if (!facts?.isInstalled) {
      drizzle.update(campaigns).set({ state: "stopped", endedAt: now }).where(one(shop, id)).run();
      return { type: "over" };
    }

    const next = nextOf(row, now, limit);
    if (next.fromDelays && next.named.length === 0) {
      const until = firstDelay.get(id);
      if (until) return { type: "wait", until: new Date(until) };
      finishPlanning.run(now.getTime(), now.getTime(), id);
      return { type: "over" };
    }
    if (next.fromDelays) for (const { visitorId } of next.named) deleteDelay.run(id, visitorId);
    const found = uniquePeople(next.named.flatMap((named) => personOf(row, named, next.fromDelays, now) ?? []));
    const planned = plan({ campaign: row, shop: facts, people: found });
    write(row, planned);
    const decided = found.length - planned.delayed.length;
    moveOn.run(now.getTime(), next.cursor, next.isAudienceRead ? 1 : 0, decided, planned.dropped, id);
    return { type: "wrote", pagesWaiting: countPages.get(id, shop) ?? 0 };
  }

  return {
    async create(campaign, job) {
      sqlite
        .transaction(() => {
          drizzle.insert(campaigns).values(campaign).run();
          jobs.schedule(job);
        })
        .immediate();
    },

    async get(shop, campaignId) {
      const row = read(shop, campaignId);
      return row ? { ...row, state: stateOf(row), counts: countsOf(row) } : null;
    },

    async list(shop, before, limit) {
      const rows = drizzle
        .select()
        .from(campaigns)
        .where(
          and(
            eq(campaigns.shop, shop),
            before
              ? sql`(${campaigns.createdAt}, ${campaigns.id}) < (${before.createdAt.getTime()}, ${before.id})`
              : undefined,
          ),
        )
        .orderBy(desc(campaigns.createdAt), desc(campaigns.id))
        .limit(limit + 1)
        .all();
      return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
    },

    async change(shop, campaignId, verb, { now, machineNow }, job) {
      return sqlite
        .transaction(() => {
          const row = read(shop, campaignId);
          if (!row) return null;
          const { state } = row;
          if (verb === "pause" && state === "paused") return "unchanged" as const;
          if (verb === "stop" && state === "stopped") return "unchanged" as const;
          if (state === "stopped" || stateOf(row) === "done") return "refused" as const;
          if (verb === "resume" && state !== "paused") return "unchanged" as const;

          const set = (values: Partial<CampaignRow>) =>
            drizzle.update(campaigns).set(values).where(one(shop, campaignId)).run();
          if (verb === "resume") {
            set({ state: row.dueAt > now ? "scheduled" : "sending" });
            // Time stood still for what was held.
            wholeTtlAgain.run(machineNow.getTime(), campaignId);
            wake(campaignId, now);
            jobs.schedule(job);
            return "changed" as const;
          }
          set(verb === "pause" ? { state: "paused" } : { state: "stopped", endedAt: now });
          if (verb === "stop") {
            wake(campaignId, now);
            // Nothing is left to be written: it tells whoever runs jobs to look at the ones above.
            jobs.schedule({ ...job, runAt: now });
          } else if (job.key) jobs.cancelByKey(job.key);
          return "changed" as const;
        })
        .immediate();
    },

    async advance(shop, campaignId, now, limit, plan) {
      return commit(() => advance(shop, campaignId, now, limit, plan));
    },

    async pagesWaiting(shop, campaignId) {
      return countPages.get(campaignId, shop) ?? 0;
    },

    async countReach(shop, audience, after, limit) {
      const { people, read, last } =
        "all" in audience
          ? (reachAll.get(shop, after, limit) as Part)
          : (reachTagged.get(shop, JSON.stringify(audience.tag), audience.tag, shop, after, limit) as Part);
      return { people: people ?? 0, next: read < limit ? null : last };
    },

    async tags(shop, limit) {
      return sqlite
        .prepare<[string, number, number], string>(
          `select t.value from (select v.tags from subscriptions s join visitors v
               on v.shop = s.shop and v.visitor_id = s.visitor_id
             where s.shop = ? order by s.created_at desc limit ?) recent, json_each(recent.tags) t
           group by t.value order by count(*) desc, t.value limit ?`,
        )
        .pluck()
        .all(shop, RECENT_VISITORS, limit);
    },
  };
}

/** A person that a page names twice, by two browsers, is on it once. */
function uniquePeople(people: CampaignPerson[]): CampaignPerson[] {
  const seen = new Set<string>();
  return people.filter(({ signals }) => {
    const ids = [...signals.keys()];
    if (ids.some((id) => seen.has(id))) return false;
    for (const id of ids) seen.add(id);
    return true;
  });
}

/** A browser of which nothing but its subscription is known. */
function unknownVisitor(visitorId: string): VisitorRow {
  return {
    visitorId,
    customerId: null,
    locale: null,
    timezone: null,
    country: null,
    city: null,
    consentWithdrawnAt: null,
    lastSignalAt: 0,
    tags: "[]",
    firstName: null,
  };
}

function deviceOf(row: DeviceRow): CampaignDevice {
  return {
    ...row,
    consentMarketing: row.consentMarketing === 1,
    pausedUntil: row.pausedUntil === null ? null : new Date(row.pausedUntil),
    mutedKinds: row.mutedKinds === "[]" ? [] : (JSON.parse(row.mutedKinds) as string[]),
    lastSeenAt: new Date(row.lastSeenAt),
  };
}
