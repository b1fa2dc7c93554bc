import { and, desc, eq, inArray, notInArray, or, sql } from "drizzle-orm";
import type {
  DeliveryResult,
  DeliveryState,
  DeliveryStore,
  DeliveryToSend,
  HandOverStanding,
} from "../../sender/delivery-store.ts";
import type { RecallWords } from "../../journeys/recall-store.ts";
import type { NewJob } from "../../scheduler/job.ts";
import type { Database } from "./database.server.ts";
import { WAITING } from "./job-statements.server.ts";
import { subscriptionEnder } from "./end-subscription.server.ts";
import { deliveries, ledger, notifications, shops, subscriptions, visitors } from "./schema.server.ts";

// A delivery's states: queued → sending → accepted (→ superseded), failed, expired, dropped; sending → queued for a retry.

/** A loaded row: everything that sending needs, in one statement by primary keys. */
type LoadedRow = {
  id: string;
  shop: string;
  notificationId: string;
  subscriptionId: string;
  visitorId: string;
  state: DeliveryState;
  pushTopic: string;
  urgency: DeliveryToSend["delivery"]["urgency"];
  ttlSeconds: number;
  deadlineAt: number;
  attempts: number;
  createdAt: number;
  recall: string | null;
  nVisitorId: string;
  kind: string;
  step: string | null;
  runId: number | null;
  isTransactional: 0 | 1;
  locale: string;
  message: string;
  targetUrl: string;
  discountCode: string | null;
  checkoutToken: string | null;
  nCreatedAt: number;
  endpoint: string;
  p256dh: string;
  auth: string;
  pushService: string;
  origin: string;
  proxyPath: string;
  page: string | null;
  subscriptionState: string;
  pausedUntil: number | null;
  mutedKinds: string;
  publicKey: string | null;
  privateKey: string | null;
  shopState: string | null;
  stopReason: string | null;
  campaignState: DeliveryToSend["campaignState"];
};

/**
 * Why the marketing notification `n` may no longer leave. An order made after it stops it, whoever of the person's devices
 * it came from; so does whatever ended its run.
 */
const STOP_REASON = `case
  when n.campaign_id is not null
    and exists (select 1 from campaigns c where c.id = n.campaign_id and c.state = 'stopped') then 'cancelled'
  when n.is_transactional = 1 then null
  when exists (select 1 from orders o where o.shop = n.shop and o.visitor_id = n.visitor_id and o.created_at > n.created_at)
    or (n.customer_id is not null and exists (
      select 1 from orders o where o.shop = n.shop and o.customer_id = n.customer_id and o.created_at > n.created_at))
    then 'bought'
  else (select coalesce(r.exit_reason, 'cancelled') from runs r where r.id = n.run_id and r.state = 'exited')
end`;

/** The browser that delivery `d` goes to no longer wants marketing, whatever became of the run. */
const WITHDRAWN = `case when n.is_transactional = 0 and exists (
  select 1 from visitors v where v.shop = d.shop and v.visitor_id = d.visitor_id
  and v.consent_withdrawn_at >= n.created_at) then 'consent_withdrawn' end`;

export function deliveryStore(db: Database): DeliveryStore {
  const { drizzle: d, sqlite, jobs, commit } = db;
  const ender = subscriptionEnder(db);

  // The cast: SQLite built with STAT4 plans a join anew whenever a parameter that it compares a column with is bound. Hidden
  // from that, this statement costs 13 µs instead of 165.
  const loadRow = sqlite.prepare<[string], LoadedRow>(
    `select d.id, d.shop, d.notification_id as notificationId, d.subscription_id as subscriptionId,
       d.visitor_id as visitorId, d.state, d.push_topic as pushTopic, d.urgency, d.ttl_seconds as ttlSeconds,
       d.deadline_at as deadlineAt, d.attempts, d.created_at as createdAt, d.recall,
       n.visitor_id as nVisitorId, n.kind, n.step, n.run_id as runId, n.is_transactional as isTransactional, n.locale,
       n.message, n.target_url as targetUrl, n.discount_code as discountCode,
       n.checkout_token as checkoutToken, n.created_at as nCreatedAt,
       s.endpoint, s.p256dh, s.auth, s.push_service as pushService, s.origin, s.proxy_path as proxyPath, s.page,
       s.state as subscriptionState, s.paused_until as pausedUntil, s.muted_kinds as mutedKinds,
       k.public_key as publicKey, k.private_key as privateKey, h.state as shopState,
       coalesce(${STOP_REASON}, ${WITHDRAWN}) as stopReason,
       (select c.state from campaigns c where c.id = n.campaign_id) as campaignState
     from deliveries d
     join notifications n on n.id = d.notification_id and n.shop = d.shop
     join subscriptions s on s.id = d.subscription_id and s.shop = d.shop
     left join vapid_keys k on k.id = s.vapid_key_id and k.shop = d.shop
     left join shops h on h.shop = d.shop
     where d.id = cast(? as text)`,
  );
  const markRow = sqlite.prepare<[string]>(
    `update deliveries set state = 'sending', attempts = attempts + 1 where id = ? and state in ('queued', 'sending')
       and not exists (select 1 from campaigns c where c.id = campaign_id and c.state in ('paused', 'stopped'))`,
  );

  type EndedRow = {
    id: string;
    shop: string;
    notification_id: string;
    subscription_id: string;
    visitor_id: string;
    push_topic: string;
    created_at: number;
  };
  const ENDED = "returning id, shop, notification_id, subscription_id, visitor_id, push_topic, created_at";
  const acceptRow = sqlite.prepare<[number, number, string], EndedRow>(
    `update deliveries set state = 'accepted', reason = null, last_status = ?, sent_at = ?
     where id = ? and state in ('queued', 'sending') ${ENDED}`,
  );
  const endRow = sqlite.prepare<[DeliveryState, string, number | null, string], EndedRow>(
    `update deliveries set state = ?, reason = ?, last_status = coalesce(?, last_status)
     where id = ? and state in ('queued', 'sending') ${ENDED}`,
  );
  const requeueRow = sqlite.prepare<[string, number | null, string]>(
    "update deliveries set state = 'queued', reason = ?, last_status = ? where id = ? and state = 'sending'",
  );
  // Only what can still be waiting at the push service: not yet shown, its TTL not over.
  const supersede = sqlite.prepare<[string, string, string, number, string, number]>(
    `update deliveries set state = 'superseded'
     where shop = ? and subscription_id = ? and push_topic = ? and created_at <= ? and id <> ? and state = 'accepted'
       and shown_at is null and clicked_at is null and dismissed_at is null and suppressed_at is null
       and deadline_at > ?`,
  );
  const clearFailures = sqlite.prepare<[string]>(
    "update subscriptions set failures = 0, last_failure = null where id = ? and failures > 0",
  );
  const countFailure = sqlite.prepare<[string, string]>(
    "update subscriptions set failures = failures + 1, last_failure = ? where id = ?",
  );
  const waitingJob = sqlite.prepare<
    [string],
    { kind: string; payload: string; priority: number; max_attempts: number }
  >(
    `select kind, payload, priority, max_attempts from jobs
     where key = ? and ${WAITING}`,
  );

  function accepted(id: string, status: number, now: Date, machineNow: Date): void {
    const row = acceptRow.get(status, now.getTime(), id);
    if (!row) return;
    supersede.run(row.shop, row.subscription_id, row.push_topic, row.created_at, id, machineNow.getTime());
    clearFailures.run(row.subscription_id);
  }

  function writeLedger(row: EndedRow, reason: string, values: Record<string, unknown>, now: Date): void {
    const notification = d
      .select({ runId: notifications.runId, kind: notifications.kind, step: notifications.step })
      .from(notifications)
      .where(and(eq(notifications.shop, row.shop), eq(notifications.id, row.notification_id)))
      .get();
    if (!notification) return;
    d.insert(ledger)
      .values({
        shop: row.shop,
        at: now,
        visitorId: row.visitor_id,
        subscriptionId: row.subscription_id,
        runId: notification.runId,
        journey: notification.kind,
        step: notification.step,
        verdict: "dropped",
        reason,
        values,
        notificationId: row.notification_id,
      })
      .run();
  }

  /** This device will not show it: the next one need not wait for the hand-over time. */
  function bringHandOverForward(notificationId: string, now: Date): void {
    const key = `hand-over:${notificationId}`;
    const job = waitingJob.get(key);
    if (!job) return;
    const { kind, priority } = job;
    jobs.schedule({
      kind,
      key,
      payload: JSON.parse(job.payload) as unknown,
      priority,
      maxAttempts: job.max_attempts,
      runAt: now,
    });
  }

  function writeResult(result: DeliveryResult, now: Date, machineNow: Date): void {
    const id = result.deliveryId;
    switch (result.type) {
      case "accepted":
        return accepted(id, result.status, now, machineNow);
      case "later":
        requeueRow.run(result.status === null ? "no_answer" : `status_${result.status}`, result.status, id);
        return;
      case "gone": {
        const row = endRow.get("failed", "endpoint_gone", result.status, id);
        if (!row) return;
        ender.endAndLog(row.shop, row.subscription_id, "endpoint_gone", now);
        return bringHandOverForward(row.notification_id, now);
      }
      case "refused": {
        const row = endRow.get("failed", result.status === null ? "not_sendable" : "refused", result.status, id);
        if (!row) return;
        countFailure.run(result.cause, row.subscription_id);
        return bringHandOverForward(row.notification_id, now);
      }
      case "expired": {
        const row = endRow.get("expired", "expired", null, id);
        if (!row) return;
        writeLedger(row, "too_late", { cause: result.cause }, now);
        return bringHandOverForward(row.notification_id, now);
      }
      case "dropped": {
        const row = endRow.get("dropped", result.reason, null, id);
        if (!row) return;
        writeLedger(row, result.reason, {}, now);
        if (result.reason === "unsubscribed") bringHandOverForward(row.notification_id, now);
        else jobs.cancelByKey(`hand-over:${row.notification_id}`);
      }
    }
  }

  /** Subscriptions of the person: of the notification's visitor, and of every visitor signed in as its customer. */
  function candidatesFor(shop: string, visitorId: string, customerId: string | null, had: string[]) {
    const visitorsOfCustomer = d
      .select({ visitorId: visitors.visitorId })
      .from(visitors)
      .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId ?? "")));
    const isTheirs = eq(subscriptions.visitorId, visitorId);
    return d
      .select({
        id: subscriptions.id,
        visitorId: subscriptions.visitorId,
        pushService: subscriptions.pushService,
        pausedUntil: subscriptions.pausedUntil,
        mutedKinds: subscriptions.mutedKinds,
        consentMarketing: subscriptions.consentMarketing,
      })
      .from(subscriptions)
      .where(
        and(
          eq(subscriptions.shop, shop),
          eq(subscriptions.state, "active"),
          notInArray(subscriptions.id, had),
          customerId === null ? isTheirs : or(isTheirs, inArray(subscriptions.visitorId, visitorsOfCustomer)),
        ),
      )
      .orderBy(desc(subscriptions.lastSeenAt))
      .all();
  }

  function campaignOf(shop: string, notificationId: string): string | null {
    const found = d
      .select({ campaignId: notifications.campaignId })
      .from(notifications)
      .where(and(eq(notifications.shop, shop), eq(notifications.id, notificationId)))
      .get();
    return found?.campaignId ?? null;
  }

  function readStanding(shop: string, notificationId: string): HandOverStanding | null {
    const found = d
      .select({
        notification: notifications,
        shopState: shops.state,
        // The statement above speaks of `n`.
        stopReason: sql<
          string | null
        >`(select ${sql.raw(STOP_REASON)} from notifications n where n.id = ${notificationId})`,
      })
      .from(notifications)
      .leftJoin(shops, eq(shops.shop, notifications.shop))
      .where(and(eq(notifications.shop, shop), eq(notifications.id, notificationId)))
      .get();
    if (!found) return null;
    const rows = d
      .select({
        id: deliveries.id,
        state: deliveries.state,
        reason: deliveries.reason,
        pushTopic: deliveries.pushTopic,
        urgency: deliveries.urgency,
        subscriptionId: deliveries.subscriptionId,
        suppressedAt: deliveries.suppressedAt,
        pushService: subscriptions.pushService,
      })
      .from(deliveries)
      .innerJoin(subscriptions, eq(subscriptions.id, deliveries.subscriptionId))
      .where(and(eq(deliveries.shop, shop), eq(deliveries.notificationId, notificationId)))
      .orderBy(desc(deliveries.createdAt), desc(sql`deliveries.rowid`))
      .all();
    const { notification } = found;
    const { id, kind, isTransactional, shownAt, clickedAt, dismissedAt, visitorId, customerId } = notification;
    return {
      notification: { id, kind, isTransactional },
      wasSeen:
        [shownAt, clickedAt, dismissedAt].some((at) => at !== null) || rows.some((row) => row.suppressedAt !== null),
      isShopInstalled: found.shopState === "installed",
      stopReason: found.stopReason,
      deliveries: rows.map(({ subscriptionId: _subscriptionId, suppressedAt: _suppressedAt, ...row }) => row),
      candidates: candidatesFor(
        shop,
        visitorId,
        customerId,
        rows.map((row) => row.subscriptionId),
      ),
    };
  }

  return {
    async load(deliveryIds) {
      const rows = sqlite.transaction(() => deliveryIds.map((id) => loadRow.get(id)))();
      return rows.map((row) => (row ? describeRow(row) : null));
    },

    async markSending(deliveryIds) {
      return commit(() => deliveryIds.filter((id) => markRow.run(id).changes > 0));
    },

    async recordResults(results, now, machineNow) {
      await commit(() => {
        for (const result of results) writeResult(result, now, machineNow);
      });
    },

    async handOver(shop, notificationId, plan) {
      return sqlite
        .transaction(() => {
          const standing = readStanding(shop, notificationId);
          const planned = standing && plan(standing);
          if (!planned) return null;
          for (const id of planned.giveUpDeliveryIds) {
            endRow.get("dropped", "handed_over", null, id);
            jobs.cancelByKey(`delivery:${id}`);
          }
          d.insert(deliveries)
            .values({
              ...planned.delivery,
              shop,
              notificationId,
              campaignId: campaignOf(shop, notificationId),
              state: "queued",
            })
            .run();
          planned.jobs.forEach((job: NewJob) => jobs.schedule(job));
          return planned.delivery.id;
        })
        .immediate();
    },
  };
}

/** A delivery that takes its message back says so silently in its place, whatever became of the run, and leads to the shop. */
function takenBack(row: LoadedRow, words: RecallWords): DeliveryToSend["notification"] {
  const { message, ...notification } = described(row);
  const silent = { image: null, actions: [], renotify: false, requireInteraction: false, silent: true };
  return {
    ...notification,
    isTransactional: true,
    targetUrl: "/",
    discountCode: null,
    checkoutToken: null,
    message: { ...message, ...words, ...silent },
  };
}

function described(row: LoadedRow): DeliveryToSend["notification"] {
  return {
    id: row.notificationId,
    shop: row.shop,
    visitorId: row.nVisitorId,
    kind: row.kind,
    step: row.step,
    runId: row.runId,
    isTransactional: row.isTransactional === 1,
    locale: row.locale,
    message: JSON.parse(row.message) as DeliveryToSend["notification"]["message"],
    targetUrl: row.targetUrl,
    discountCode: row.discountCode,
    checkoutToken: row.checkoutToken,
    createdAt: new Date(row.nCreatedAt),
  };
}

function describeRow(row: LoadedRow): DeliveryToSend {
  const { id, shop, notificationId, subscriptionId, visitorId, pushTopic, urgency, ttlSeconds, attempts } = row;
  return {
    delivery: {
      id,
      shop,
      notificationId,
      subscriptionId,
      visitorId,
      state: row.state,
      pushTopic,
      urgency,
      ttlSeconds,
      deadlineAt: new Date(row.deadlineAt),
      attempts,
      createdAt: new Date(row.createdAt),
    },
    notification: row.recall === null ? described(row) : takenBack(row, JSON.parse(row.recall) as RecallWords),
    subscription: {
      id: subscriptionId,
      endpoint: row.endpoint,
      p256dh: row.p256dh,
      auth: row.auth,
      pushService: row.pushService,
      origin: row.origin,
      proxyPath: row.proxyPath,
      page: row.page,
      isActive: row.subscriptionState === "active",
      pausedUntil: row.pausedUntil === null ? null : new Date(row.pausedUntil),
      mutedKinds: JSON.parse(row.mutedKinds) as string[],
    },
    vapid:
      row.publicKey === null || row.privateKey === null
        ? null
        : { publicKey: row.publicKey, encryptedPrivateKey: row.privateKey },
    isShopInstalled: row.shopState === "installed",
    stopReason: row.stopReason,
    campaignState: row.campaignState,
  };
}
