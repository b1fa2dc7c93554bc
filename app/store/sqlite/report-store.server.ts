import type {
  CreditedOrder,
  Decision,
  DecisionFilter,
  DeliveryState,
  Device,
  InstantRange,
  JourneyTotals,
  LogDelivery,
  LogEntry,
  LogNotification,
  LogState,
  ReportStore,
} from "../../reports/report-store.ts";
import type { Database } from "./database.server.ts";
import type { ComposedMessage } from "./schema.server.ts";

/** Entries of the ledger one call of the push log looks at: some 20 ms of work. */
const LOG_WINDOW = 20_000;

export function reportStore({ sqlite }: Database): ReportStore {
  // A CTE that is materialized looks each notification's deliveries up once; flattened it would for every sum.
  const pushTotals = sqlite.prepare<[string, number, number], PushTotalsRow>(`
    with made as materialized (
      select n.kind, n.shown_at, n.clicked_at,
        (select max(case when d.state in ('accepted', 'superseded') then 2 else d.sent_at is not null end)
          from deliveries d where d.notification_id = n.id) as best
      from notifications n
      where n.shop = ? and n.created_at >= ? and n.created_at < ?
    )
    select kind, sum(best >= 1) as sent, sum(best = 2) as accepted, sum(shown_at is not null) as shown,
      sum(clicked_at is not null) as clicked
    from made group by kind`);
  const orderTotals = sqlite.prepare<[string, number, number], OrderTotalsRow>(`
    select kind, currency, count(*) as orders, sum(amount - refunded) as revenue, sum(discount_cost) as discountCost
    from attributions
    where shop = ? and ordered_at >= ? and ordered_at < ? and cancelled_at is null
    group by kind, currency
    order by currency`);
  const activeSubscriptions = sqlite
    .prepare<[string], number>(`select count(*) from subscriptions where shop = ? and state = 'active'`)
    .pluck();
  const gainedSubscriptions = sqlite
    .prepare<[string, number, number], number>(
      `select count(*) from subscriptions where shop = ? and created_at >= ? and created_at < ?`,
    )
    .pluck();
  const lostSubscriptions = sqlite.prepare<[string, number, number], { cause: string; count: number }>(`
    select coalesce(ended_cause, 'unknown') as cause, count(*) as count from subscriptions
    where shop = ? and ended_at >= ? and ended_at < ? and ended_at is not null
    group by cause order by count desc`);
  const refused = sqlite.prepare<[string, number], { status: number; count: number; lastAt: number }>(`
    select last_status as status, count(*) as count, max(created_at) as lastAt from deliveries
    where shop = ? and state = 'failed' and last_status in (400, 401, 403, 413) and +created_at >= ?
    group by last_status order by count desc`);
  // A plus keeps SQLite from walking the shop's deliveries by another index than the one meant.
  const deliveriesOf = sqlite.prepare<[string, string], DeliveryRow>(`
    select d.id, d.subscription_id as subscriptionId, d.state, d.reason, d.last_status as lastStatus, d.attempts,
      d.created_at as createdAt, d.sent_at as sentAt, s.browser, s.os, s.device_type as deviceType
    from deliveries d left join subscriptions s on s.id = d.subscription_id
    where d.notification_id = ? and +d.shop = ?
    order by d.created_at`);
  const entryById = sqlite.prepare<[string, number], LogRow>(`
    select ${LOG_COLUMNS} from ledger l left join notifications n on n.id = l.notification_id and n.shop = l.shop
    where l.shop = ? and l.id = ?`);
  const runCounts = sqlite.prepare<[string], { journey: string; step: string; active: number; suspended: number }>(`
    select journey, step, count(*) as active, sum(due_at is null) as suspended from runs
    where shop = ? and state = 'active'
    group by journey, step order by journey, step`);

  const personRow = sqlite.prepare<[string, string], PersonRow>(`
    select v.visitor_id as visitorId, v.customer_id as customerId, c.first_name as firstName,
      v.first_seen_at as firstSeenAt, v.last_signal_at as lastSignalAt, v.locale, v.timezone, v.country, v.city,
      v.first_source as firstSource, v.consent_withdrawn_at as consentWithdrawnAt, v.tags
    from visitors v left join customers c on c.shop = v.shop and c.customer_id = v.customer_id
    where v.shop = ? and v.visitor_id = ?`);
  const visitorsOfCustomer = sqlite
    .prepare<[string, string], string>(
      `select visitor_id from visitors where shop = ? and customer_id = ? order by last_signal_at desc limit 50`,
    )
    .pluck();
  const devicesOf = sqlite.prepare<[string, string], DeviceRow>(`
    select id as subscriptionId, state, ended_at as endedAt, ended_cause as endedCause, browser, os,
      device_type as deviceType, push_service as pushService, locale, country, city, prompt_variant as promptVariant, page,
      consent_marketing as consentMarketing, consent_text as consentText, consent_at as consentAt,
      paused_until as pausedUntil, muted_kinds as mutedKinds, created_at as createdAt, last_seen_at as lastSeenAt,
      failures, last_failure as lastFailure
    from subscriptions where shop = ? and visitor_id = ? order by last_seen_at desc`);
  const runsOf = sqlite.prepare<
    [string, string],
    { journey: string; step: string; startedAt: number; dueAt: number | null }
  >(`
    select journey, step, started_at as startedAt, due_at as dueAt from runs
    where shop = ? and visitor_id = ? and state = 'active' order by started_at desc limit 50`);
  const creditedOrdersOf = sqlite.prepare<[string, string], CreditedOrderRow>(`
    select o.order_id as orderId, o.name, a.ordered_at as orderedAt, a.kind, a.notification_id as notificationId,
      a.currency, a.amount, a.refunded, a.cancelled_at as cancelledAt
    from orders o join attributions a on a.shop = o.shop and a.order_id = o.order_id
    where o.shop = ? and o.visitor_id = ? order by o.created_at desc limit 50`);

  function journeyTotals(shop: string, range: InstantRange): JourneyTotals[] {
    const bounds = [shop, range.from.getTime(), range.until.getTime()] as const;
    const byKind = new Map<string, JourneyTotals>();
    const totalsOf = (kind: string) => {
      const known = byKind.get(kind) ?? {
        kind,
        sent: 0,
        accepted: 0,
        shown: 0,
        clicked: 0,
        orders: 0,
        revenue: [],
        discountCost: [],
      };
      byKind.set(kind, known);
      return known;
    };

    for (const { kind, ...counts } of pushTotals.all(...bounds)) Object.assign(totalsOf(kind), counts);
    for (const row of orderTotals.all(...bounds)) {
      const totals = totalsOf(row.kind);
      totals.orders += row.orders;
      totals.revenue.push({ currency: row.currency, amount: row.revenue });
      totals.discountCost.push({ currency: row.currency, amount: row.discountCost });
    }
    return [...byKind.values()].toSorted((a, b) => a.kind.localeCompare(b.kind));
  }

  function withDeliveries(shop: string, row: LogRow): LogEntry {
    const notification = notificationOf(row);
    if (notification) notification.deliveries = deliveriesOf.all(notification.id, shop).map(deliveryOf);
    return { ...decisionOf(row), state: row.state, notification };
  }

  return {
    async journeyTotals(shop, range) {
      return journeyTotals(shop, range);
    },

    async subscribersGained(shop, range) {
      return gainedSubscriptions.get(shop, range.from.getTime(), range.until.getTime()) ?? 0;
    },

    async subscriberTotals(shop, range) {
      const bounds = [shop, range.from.getTime(), range.until.getTime()] as const;
      const causes = lostSubscriptions.all(...bounds);
      return {
        active: activeSubscriptions.get(shop) ?? 0,
        gained: gainedSubscriptions.get(...bounds) ?? 0,
        lost: causes.reduce((sum, { count }) => sum + count, 0),
        lostByCause: Object.fromEntries(causes.map(({ cause, count }) => [cause, count])),
      };
    },

    async refusedPushes(shop, since) {
      return refused.all(shop, since.getTime()).map((row) => ({ ...row, lastAt: new Date(row.lastAt) }));
    },

    async decisions(shop, filter, before, limit) {
      const { where, values } = ledgerCondition(shop, filter, before);
      const rows = sqlite
        .prepare<unknown[], DecisionRow>(
          `select ${DECISION_COLUMNS} from ledger l where ${where} order by l.id desc limit ?`,
        )
        .all(...values, limit + 1);
      return pageOf(rows.map(decisionOf), limit);
    },

    async pushLog(shop, filter, before, limit) {
      const { where, values } = ledgerCondition(shop, filter, before);
      const window = `select * from ledger l where ${where} order by l.id desc limit ${LOG_WINDOW}`;
      const rows = sqlite
        .prepare<unknown[], LogRow>(
          `select * from (
            select ${LOG_COLUMNS} from (${window}) l
            left join notifications n on n.id = l.notification_id and n.shop = l.shop
          ) ${filter.state ? "where state = ?" : ""} order by id desc limit ?`,
        )
        .all(...values, ...(filter.state ? [filter.state] : []), limit + 1);

      const page = pageOf(rows, limit);
      if (page.next === null && filter.state) {
        // The window may have ended before the ledger did: say where to go on.
        page.next =
          sqlite
            .prepare<unknown[], number>(
              `select l.id from ledger l where ${where} order by l.id desc limit 1 offset ${LOG_WINDOW - 1}`,
            )
            .pluck()
            .get(...values) ?? null;
      }
      return { rows: page.rows.map((row) => withDeliveries(shop, row)), next: page.next };
    },

    async logEntry(shop, id) {
      const row = entryById.get(shop, id);
      return row ? withDeliveries(shop, row) : null;
    },

    async person(shop, visitorId) {
      const row = personRow.get(shop, visitorId);
      if (!row) return null;

      const all = row.customerId ? visitorsOfCustomer.all(shop, row.customerId) : [visitorId];
      const source = row.firstSource
        ? (JSON.parse(row.firstSource) as { class: string; referrerHost: string | null })
        : null;
      return {
        ...row,
        firstSeenAt: new Date(row.firstSeenAt),
        lastSignalAt: new Date(row.lastSignalAt),
        consentWithdrawnAt: dateOrNull(row.consentWithdrawnAt),
        firstSource: source && { class: source.class, referrerHost: source.referrerHost },
        tags: JSON.parse(row.tags) as string[],
        otherVisitorIds: all.filter((other) => other !== visitorId),
        devices: all.flatMap((id) => devicesOf.all(shop, id)).map(deviceOf),
        activeRuns: all
          .flatMap((id) => runsOf.all(shop, id))
          .map((run) => ({ ...run, startedAt: new Date(run.startedAt), dueAt: dateOrNull(run.dueAt) })),
        creditedOrders: all.flatMap((id) => creditedOrdersOf.all(shop, id)).map(creditedOrderOf),
      };
    },

    async activeRuns(shop) {
      return runCounts.all(shop);
    },
  };
}

const DECISION_COLUMNS = `l.id as id, l.at as at, l.visitor_id as visitorId, l.subscription_id as subscriptionId,
  l.journey as journey, l.step as step, l.verdict as verdict, l.reason as reason, l."values" as "values",
  l.notification_id as notificationId`;

/** Seen by the shopper's browser first, then the best any of its deliveries came to. */
const STATE = `case
  when l.verdict <> 'sent' then l.verdict
  when n.clicked_at is not null then 'clicked'
  when n.dismissed_at is not null then 'dismissed'
  when n.shown_at is not null then 'shown'
  else coalesce(
    (select case min(case d.state when 'accepted' then 1 when 'queued' then 2 when 'sending' then 2 when 'failed' then 3
        when 'expired' then 4 when 'superseded' then 5 else 6 end)
      when 1 then 'accepted' when 2 then 'waiting' when 3 then 'failed' when 4 then 'expired' when 5 then 'superseded'
      when 6 then 'dropped' end
    from deliveries d where d.notification_id = l.notification_id), 'waiting')
  end`;

const LOG_COLUMNS = `${DECISION_COLUMNS}, ${STATE} as state, n.id as nId, n.kind as nKind,
  n.is_transactional as nTransactional, n.locale as nLocale, n.message as nMessage, n.target_url as nTargetUrl,
  n.discount_code as nDiscountCode, n.created_at as nCreatedAt, n.shown_at as nShownAt, n.clicked_at as nClickedAt,
  n.dismissed_at as nDismissedAt`;

type PushTotalsRow = { kind: string; sent: number; accepted: number; shown: number; clicked: number };
type OrderTotalsRow = { kind: string; currency: string; orders: number; revenue: number; discountCost: number };
type DecisionRow = Omit<Decision, "at" | "values"> & { at: number; values: string };
type LogRow = DecisionRow & {
  state: LogState;
  nId: string | null;
  nKind: string;
  nTransactional: number;
  nLocale: string;
  nMessage: string;
  nTargetUrl: string;
  nDiscountCode: string | null;
  nCreatedAt: number;
  nShownAt: number | null;
  nClickedAt: number | null;
  nDismissedAt: number | null;
};
type DeliveryRow = Omit<LogDelivery, "createdAt" | "sentAt" | "state"> & {
  state: DeliveryState;
  createdAt: number;
  sentAt: number | null;
};
type PersonRow = {
  visitorId: string;
  customerId: string | null;
  firstName: string | null;
  firstSeenAt: number;
  lastSignalAt: number;
  locale: string | null;
  timezone: string | null;
  country: string | null;
  city: string | null;
  firstSource: string | null;
  consentWithdrawnAt: number | null;
  tags: string;
};
type DeviceInstants = "endedAt" | "consentAt" | "pausedUntil" | "createdAt" | "lastSeenAt";
type DeviceRow = Omit<Device, DeviceInstants | "consentMarketing" | "mutedKinds"> & {
  endedAt: number | null;
  consentAt: number | null;
  pausedUntil: number | null;
  createdAt: number;
  lastSeenAt: number;
  consentMarketing: number;
  mutedKinds: string;
};
type CreditedOrderRow = Omit<CreditedOrder, "orderedAt" | "cancelledAt"> & {
  orderedAt: number;
  cancelledAt: number | null;
};

/** A condition that one of the ledger's indexes answers in order of id. */
function ledgerCondition(
  shop: string,
  filter: DecisionFilter,
  before: number | null,
): { where: string; values: unknown[] } {
  const conditions = ["l.shop = ?"];
  const values: unknown[] = [shop];
  const add = (condition: string, value: unknown) => {
    conditions.push(condition);
    values.push(value);
  };

  if (filter.visitorId !== undefined) add("l.visitor_id = ?", filter.visitorId);
  if (filter.subscriptionId !== undefined)
    add("(l.subscription_id = ? or l.subscription_id is null)", filter.subscriptionId);
  if (filter.journey !== undefined) add("l.journey = ?", filter.journey);
  if (before !== null) add("l.id < ?", before);
  return { where: conditions.join(" and "), values };
}

function pageOf<T extends { id: number }>(rows: T[], limit: number): { rows: T[]; next: number | null } {
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

function decisionOf(row: DecisionRow): Decision {
  return {
    id: row.id,
    at: new Date(row.at),
    visitorId: row.visitorId,
    subscriptionId: row.subscriptionId,
    journey: row.journey,
    step: row.step,
    verdict: row.verdict,
    reason: row.reason,
    values: JSON.parse(row.values) as Record<string, unknown>,
    notificationId: row.notificationId,
  };
}

function notificationOf(row: LogRow): LogNotification | null {
  if (row.nId === null) return null;

  return {
    id: row.nId,
    kind: row.nKind,
    isTransactional: row.nTransactional === 1,
    locale: row.nLocale,
    message: JSON.parse(row.nMessage) as ComposedMessage,
    targetUrl: row.nTargetUrl,
    discountCode: row.nDiscountCode,
    createdAt: new Date(row.nCreatedAt),
    shownAt: dateOrNull(row.nShownAt),
    clickedAt: dateOrNull(row.nClickedAt),
    dismissedAt: dateOrNull(row.nDismissedAt),
    deliveries: [],
  };
}

function deliveryOf(row: DeliveryRow): LogDelivery {
  return { ...row, createdAt: new Date(row.createdAt), sentAt: dateOrNull(row.sentAt) };
}

function deviceOf(row: DeviceRow): Device {
  return {
    ...row,
    endedAt: dateOrNull(row.endedAt),
    consentMarketing: row.consentMarketing === 1,
    consentAt: dateOrNull(row.consentAt),
    pausedUntil: dateOrNull(row.pausedUntil),
    mutedKinds: JSON.parse(row.mutedKinds) as string[],
    createdAt: new Date(row.createdAt),
    lastSeenAt: new Date(row.lastSeenAt),
  };
}

function creditedOrderOf(row: CreditedOrderRow): CreditedOrder {
  return { ...row, orderedAt: new Date(row.orderedAt), cancelledAt: dateOrNull(row.cancelledAt) };
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
