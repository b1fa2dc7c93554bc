import { randomBytes } from "node:crypto";
import { z } from "zod";
import { audienceSchema } from "../../campaigns/campaign.ts";
import type { Audience } from "../../campaigns/campaign.ts";
import { changeCampaign, createCampaign } from "../../campaigns/campaigns.server.ts";
import type { Campaign } from "../../campaigns/campaign-store.ts";
import { sendDirectJob } from "../../direct/direct-message.ts";
import type { DirectRequest } from "../../direct/direct-message.ts";
import type { DirectMessage } from "../../direct/direct-message-store.ts";
import { messageTextSchema, messageTextsSchema } from "../../journeys/message-text.ts";
import { checkLoneButtons, checkTexts } from "../../journeys/journeys.server.ts";
import type { Store } from "../../store/store.ts";
import { defineEndpoint } from "../endpoint.ts";
import type { ApiCall } from "../endpoint.ts";
import { fieldProblems, ProblemError } from "../problem.ts";

const DAY_SECONDS = 86_400;
const LONGEST_AHEAD_MS = 366 * DAY_SECONDS * 1_000;

const recipient = z.union([
  z.strictObject({ subscriberId: z.string().min(1).max(64).describe("This device alone") }),
  z.strictObject({ visitorId: z.string().min(1).max(64).describe("The device the person used last") }),
]);

const newNotification = z.strictObject({
  to: z.union([recipient, audienceSchema]).describe("One person, everyone, or everyone with a tag"),
  at: z.iso.datetime({ offset: true }).nullish().describe("Shop time; null or absent: now"),
  message: z
    .union([messageTextSchema, messageTextsSchema])
    .describe("One text, or one for each language: the shopper's own is chosen"),
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(28 * DAY_SECONDS)
    .default(DAY_SECONDS)
    .describe("How long the push service may keep it for a device that is off"),
  urgency: z.enum(["very-low", "low", "normal", "high"]).default("normal"),
  transactional: z
    .boolean()
    .default(false)
    .describe("About something the person did: outside caps, quiet hours and consent to marketing"),
});

const notificationAnswer = z.object({
  id: z.string(),
  state: z.enum(["scheduled", "sending", "paused", "stopped", "done"]),
  reason: z.string().nullable().describe("Why nothing was sent, when it was decided so"),
  counts: z.object({
    queued: z.number().int(),
    sent: z.number().int(),
    accepted: z.number().int(),
    failed: z.number().int(),
    expired: z.number().int(),
    dropped: z.number().int(),
    shown: z.number().int(),
    clicked: z.number().int(),
  }),
});

const SUMMARIES = {
  pause: "Hold back what has not left",
  resume: "Send it after all: at its time, or now when that is past",
  stop: "Never send it",
};
const CHANGES = {
  pause: { from: ["waiting"], to: "paused" },
  resume: { from: ["paused"], to: "waiting" },
  stop: { from: ["waiting", "paused"], to: "stopped" },
} satisfies Record<string, { from: DirectMessage["state"][]; to: DirectMessage["state"] }>;

const notFound = { 404: "There is no such notification" };

export const notificationEndpoints = [
  defineEndpoint({
    method: "POST",
    path: "notifications",
    operationId: "sendNotification",
    summary: "Write to one person, to everyone or to a tag",
    description:
      "A person with several devices gets it on the one used last. What is not transactional waits for quiet hours and caps to end, and is dropped without consent to marketing: the " +
      "ledger says which.",
    tag: "notifications",
    query: null,
    body: newNotification,
    checksBodyItself: true,
    answer: {
      status: 202,
      description: "Taken",
      schema: z.object({ id: z.string(), state: notificationAnswer.shape.state }),
    },
    errors: { 400: "The body is wrong", 404: "No such subscriber or visitor", 413: "The body is too large" },
    async handle({ store, clock, shop, body }) {
      const { to, at, message, ...rest } = parseNew(body);
      const whom = await whomOf(store, shop, to);
      const now = clock.now();
      const dueAt = at ? new Date(at) : now;
      if (dueAt.getTime() > now.getTime() + LONGEST_AHEAD_MS) {
        throw wrong([{ path: "at", message: "may be a year ahead at most" }]);
      }
      const language = (await store.shops.get(shop))?.primaryLocale ?? "en";
      const texts = isOneText(message) ? { [language]: message } : message;
      const problems = [...checkTexts(texts, "message"), ...checkLoneButtons(texts, "message")];
      if (problems.length > 0) throw wrong(problems);

      const request: DirectRequest = { ...rest, texts };
      if (whom.audience) {
        const { audience } = whom;
        return { status: 202, body: await createCampaign({ store, clock }, shop, { audience, request, dueAt }) };
      }
      const id = randomBytes(12).toString("base64url");
      await store.directMessages.create(
        { id, shop, ...whom.person, dueAt, request, createdAt: now },
        sendDirectJob(shop, id, rest.transactional, dueAt < now ? now : dueAt),
      );
      return { status: 202, body: { id, state: dueAt > now ? "scheduled" : "sending" } };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "notifications/{id}",
    operationId: "getNotification",
    summary: "What became of it",
    tag: "notifications",
    query: null,
    body: null,
    answer: { status: 200, description: "The notification", schema: notificationAnswer },
    errors: notFound,
    async handle(call) {
      return { status: 200, body: await shown(call) };
    },
  }),
  ...(["pause", "resume", "stop"] as const).map((verb) =>
    defineEndpoint({
      method: "POST",
      path: `notifications/{id}/${verb}`,
      operationId: `${verb}Notification`,
      summary: SUMMARIES[verb],
      tag: "notifications",
      query: null,
      body: null,
      answer: { status: 200, description: "The notification", schema: notificationAnswer },
      errors: { 409: "It has left or was stopped already", ...notFound },
      async handle(call) {
        const { store, shop, clock, params } = call;
        const campaign = await changeCampaign({ store, clock }, shop, params.id ?? "", verb);
        if (campaign === "refused") throw new ProblemError(409, "It is over or was stopped already.");
        if (campaign) return { status: 200, body: shownCampaign(campaign) };
        const direct = await existing(call);
        const { from, to } = CHANGES[verb];
        if (direct.state !== to) {
          const now = clock.now();
          const dueAt = direct.dueAt < now ? now : direct.dueAt;
          const { transactional } = direct.request as DirectRequest;
          const job = to === "waiting" ? sendDirectJob(shop, direct.id, transactional, dueAt) : null;
          const isChanged = await store.directMessages.change(shop, params.id ?? "", from, to, job);
          if (!isChanged) throw new ProblemError(409, "It has left or was stopped already.");
        }
        return { status: 200, body: await shown(call) };
      },
    }),
  ),
];

type Call = Pick<ApiCall<null, unknown>, "store" | "shop" | "params" | "clock">;

async function existing({ store, shop, params }: Call) {
  const direct = await store.directMessages.get(shop, params.id ?? "");
  if (!direct) throw new ProblemError(404, "There is no such notification.");
  return direct;
}

async function shown(call: Call): Promise<z.output<typeof notificationAnswer>> {
  const campaign = await call.store.campaigns.get(call.shop, call.params.id ?? "");
  if (campaign) return shownCampaign(campaign);
  const { id, state, reason, dueAt, counts } = await existing(call);
  if (state === "waiting") return { id, state: dueAt > call.clock.now() ? "scheduled" : "sending", reason, counts };
  if (state === "left") return { id, state: counts.queued > 0 ? "sending" : "done", reason, counts };
  return { id, state, reason, counts };
}

function shownCampaign({ id, state, counts }: Campaign): z.output<typeof notificationAnswer> {
  return { id, state, reason: null, counts };
}

type Recipient = Pick<DirectMessage, "visitorId" | "subscriptionId">;

async function whomOf(
  store: Store,
  shop: string,
  to: z.output<typeof newNotification>["to"],
): Promise<{ audience: Audience; person: null } | { audience: null; person: Recipient }> {
  if ("all" in to || "tag" in to) return { audience: to, person: null };
  return { audience: null, person: await recipientOf(store, shop, to) };
}

async function recipientOf(store: Store, shop: string, to: z.output<typeof recipient>): Promise<Recipient> {
  if ("subscriberId" in to) {
    const subscriber = await store.subscribers.get(shop, to.subscriberId);
    if (!subscriber) throw new ProblemError(404, "There is no such subscriber.");
    return { visitorId: subscriber.visitorId, subscriptionId: subscriber.id };
  }
  const visitor = await store.visitors.get(shop, to.visitorId);
  if (!visitor) throw new ProblemError(404, "There is no such visitor.");
  return { visitorId: visitor.visitorId, subscriptionId: null };
}

/** The body by its rules; which of the two shapes of `message` is meant is decided first, so that errors name the place. */
function parseNew(body: unknown): z.output<typeof newNotification> {
  if (typeof body !== "object" || body === null) throw wrong([{ path: "", message: "must be an object" }]);
  const given = body as { message?: unknown };
  const message = isOneText(given.message) ? messageTextSchema : messageTextsSchema;
  const parsed = newNotification.extend({ message }).safeParse(body);
  if (!parsed.success) throw wrong(fieldProblems(parsed.error.issues));
  return parsed.data;
}

function isOneText(message: unknown): message is z.output<typeof messageTextSchema> {
  return typeof message === "object" && message !== null && ("title" in message || "body" in message);
}

function wrong(problems: { path: string; message: string }[]): ProblemError {
  return new ProblemError(400, "The body is wrong.", problems);
}
