import { z } from "zod";
import type { DecisionFilter } from "../../reports/report-store.ts";
import type { Store } from "../../store/store.ts";
import { defineEndpoint, instant, pageOf, pageQuery } from "../endpoint.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { ProblemError } from "../problem.ts";

const decisionSchema = z.object({
  id: z.number().int(),
  at: instant,
  visitorId: z.string(),
  subscriberId: z.string().nullable().describe("Null: the decision was about the person, not one device"),
  journey: z.string().describe("Journey kind, `campaign` or `direct`"),
  step: z.string().nullable(),
  verdict: z.enum(["sent", "delayed", "dropped"]),
  reason: z.string(),
  values: z.record(z.string(), z.unknown()).describe("The figures the decision was made with"),
  notificationId: z.string().nullable(),
});

export const ledgerEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "ledger",
    operationId: "listDecisions",
    summary: "Why messages were sent, delayed or dropped",
    description: "Newest first. Every filter may be left out; together they must all fit.",
    tag: "ledger",
    query: z.object({
      visitorId: z.string().min(1).max(64).optional(),
      subscriberId: z.string().min(1).max(64).optional().describe("Decisions about this device and about its person"),
      journey: z.string().min(1).max(60).optional().describe("Journey kind, `campaign` or `direct`"),
      ...pageQuery,
    }),
    body: null,
    answer: { status: 200, description: "Decisions", schema: pageOf(decisionSchema) },
    errors: { 400: "A filter, the limit or the cursor is wrong", 404: "No such subscriber or journey" },
    async handle({ store, shop, query }) {
      const before = readCursor(query.cursor, z.number().int().positive());
      const filter = await filterOf(store, shop, query);
      if (filter === "nobody") return { status: 200, body: { data: [], next: null } };

      const page = await store.reports.decisions(shop, filter, before, query.limit);
      const data = page.rows.map(({ subscriptionId, ...decision }) => ({ ...decision, subscriberId: subscriptionId }));
      return { status: 200, body: { data, next: page.next === null ? null : writeCursor(page.next) } };
    },
  }),
];

/** "nobody": the visitor asked for is not the subscriber's. */
async function filterOf(
  store: Store,
  shop: string,
  { visitorId, subscriberId, journey }: { visitorId?: string; subscriberId?: string; journey?: string },
): Promise<DecisionFilter | "nobody"> {
  const filter: DecisionFilter = {};
  if (journey !== undefined) {
    const isKnown = journey === "campaign" || journey === "direct" || (await store.journeys.get(shop, journey));
    if (!isKnown) throw new ProblemError(404, "There is no such journey.");
    filter.journey = journey;
  }
  if (visitorId !== undefined) filter.visitorId = visitorId;
  if (subscriberId !== undefined) {
    const subscriber = await store.subscribers.get(shop, subscriberId);
    if (!subscriber) throw new ProblemError(404, "There is no such subscriber.");
    if (visitorId !== undefined && visitorId !== subscriber.visitorId) return "nobody";
    filter.visitorId = subscriber.visitorId;
    filter.subscriptionId = subscriber.id;
  }
  return filter;
}
