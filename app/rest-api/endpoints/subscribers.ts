import { z } from "zod";
import type { Subscriber } from "../../subscriptions/subscriber-store.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { defineEndpoint, instant, pageOf, pageQuery } from "../endpoint.ts";
import type { ApiCall } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

const source = z.object({
  class: z.enum(["direct", "organic_search", "paid_search", "social", "email", "push", "referral"]),
  utm: z.record(z.string(), z.string()).nullable(),
  referrerHost: z.string().nullable(),
});

const text = z.string().nullable();

const subscriberSchema = z.object({
  id: z.string(),
  visitorId: z.string().describe("The browser profile; one person may have several"),
  customerId: text.describe("Shopify's customer, when signed in"),
  state: z.enum(["active", "ended"]),
  endedAt: instant.nullable(),
  endedCause: text,
  browser: text,
  os: text,
  deviceType: z.enum(["desktop", "mobile", "tablet"]).nullable(),
  pushService: z.string().describe("Host of the push service"),
  locale: text,
  timezone: text,
  country: text,
  city: text,
  firstSource: source.nullable(),
  lastSource: source.nullable(),
  page: text.describe("Path of the page where the opt-in was made"),
  promptVariant: text,
  consent: z.object({ marketing: z.boolean(), text: text, at: instant.nullable() }),
  pausedUntil: instant.nullable(),
  mutedKinds: z.array(z.string()),
  tags: z.array(z.string()),
  aliases: z.record(z.string(), z.string()).describe("Ids of this person in other systems, by the system's name"),
  createdAt: instant,
  lastSeenAt: instant,
});

const tag = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^,]+$/, "must not contain a comma");
const aliasLabel = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "must be 1 to 40 of A–Z, a–z, 0–9, _ and -");

const notFound = { 404: "There is no such subscriber" };

export const subscriberEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "subscribers",
    operationId: "listSubscribers",
    summary: "Subscribers, newest first",
    description: "With a filter a page may be short, even empty, while `next` leads on.",
    tag: "subscribers",
    query: z.object({
      state: z.enum(["active", "ended"]).optional(),
      tag: z.string().min(1).max(60).optional(),
      ...pageQuery,
    }),
    body: null,
    answer: { status: 200, description: "Subscribers", schema: pageOf(subscriberSchema) },
    errors: { 400: "A filter, the limit or the cursor is wrong" },
    async handle({ store, shop, query }) {
      const after = readCursor(query.cursor, z.object({ createdAt: z.number().int(), id: z.string() }));
      const filter = {
        ...(query.state ? { state: query.state } : {}),
        ...(query.tag ? { tag: query.tag } : {}),
      };
      const page = await store.subscribers.list(shop, filter, after, query.limit);
      return { status: 200, body: { data: page.rows.map(shown), next: page.next && writeCursor(page.next) } };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "subscribers/{id}",
    operationId: "getSubscriber",
    summary: "One subscriber",
    tag: "subscribers",
    query: null,
    body: null,
    answer: { status: 200, description: "The subscriber", schema: subscriberSchema },
    errors: notFound,
    async handle(call) {
      return { status: 200, body: shown(await existing(call)) };
    },
  }),
  defineEndpoint({
    method: "POST",
    path: "subscribers/{id}/tags",
    operationId: "changeTags",
    summary: "Add and remove tags",
    description: "Tags belong to the browser profile, so all its subscriptions have them. At most 100.",
    tag: "subscribers",
    query: null,
    body: z.strictObject({ add: z.array(tag).max(100).default([]), remove: z.array(tag).max(100).default([]) }),
    answer: { status: 200, description: "The tags now", schema: z.object({ tags: z.array(z.string()) }) },
    errors: { 400: "The body is wrong", 413: "The body is too large", 422: "More than 100 tags", ...notFound },
    async handle(call) {
      const subscriber = await existing(call);
      const removed = new Set(call.body.remove);
      const tags = new Set([...subscriber.tags, ...call.body.add].filter((one) => !removed.has(one)));
      if (tags.size > 100) {
        throw new ProblemError(422, "A subscriber can have at most 100 tags.");
      }
      const changed = await call.store.subscribers.changeTags(call.shop, subscriber.id, call.body);
      return { status: 200, body: { tags: changed ?? [] } };
    },
  }),
  defineEndpoint({
    method: "POST",
    path: "subscribers/{id}/aliases",
    operationId: "changeAliases",
    summary: "Set and remove aliases",
    description: "An alias is this person's id in another system. A null value removes it. At most 20.",
    tag: "subscribers",
    query: null,
    body: z.strictObject({
      aliases: z
        .record(aliasLabel, z.string().min(1).max(200).nullable())
        .refine((aliases) => Object.keys(aliases).length <= 20, "has more than 20 entries"),
    }),
    answer: {
      status: 200,
      description: "The aliases now",
      schema: z.object({ aliases: z.record(z.string(), z.string()) }),
    },
    errors: { 400: "The body is wrong", 413: "The body is too large", 422: "More than 20 aliases", ...notFound },
    async handle(call) {
      const subscriber = await existing(call);
      const all = new Set([...Object.keys(subscriber.aliases), ...Object.keys(call.body.aliases)]);
      const removed = Object.values(call.body.aliases).filter((value) => value === null).length;
      if (all.size - removed > 20) throw new ProblemError(422, "A subscriber can have at most 20 aliases.");

      const aliases = await call.store.subscribers.changeAliases(call.shop, subscriber.id, call.body.aliases);
      return { status: 200, body: { aliases: aliases ?? {} } };
    },
  }),
  defineEndpoint({
    method: "DELETE",
    path: "subscribers/{id}",
    operationId: "deleteSubscriber",
    summary: "Delete a subscriber's data",
    description:
      "Deletes the browser profile behind it: its subscriptions, history, tags and waiting messages. Totals of the reports stay.",
    tag: "subscribers",
    query: null,
    body: null,
    answer: { status: 204, description: "Deleted", schema: null },
    errors: notFound,
    async handle(call) {
      const subscriber = await existing(call);
      await call.store.privacy.forgetVisitor(call.shop, subscriber.visitorId);
      return { status: 204 };
    },
  }),
];

async function existing(call: Pick<ApiCall<null, unknown>, "store" | "shop" | "params">): Promise<Subscriber> {
  const subscriber = await call.store.subscribers.get(call.shop, call.params.id ?? "");
  if (!subscriber) throw new ProblemError(404, "There is no such subscriber.");
  return subscriber;
}

function shown(subscriber: Subscriber) {
  const {
    shop: _,
    consentMarketing,
    consentText,
    consentAt,
    failures: _failures,
    lastFailure: _last,
    ...rest
  } = subscriber;
  return { ...rest, consent: { marketing: consentMarketing, text: consentText, at: consentAt } };
}
