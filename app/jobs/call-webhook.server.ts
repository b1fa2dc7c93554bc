import type { Clock } from "../clock.server.ts";
import type { Keyring } from "../encryption.server.ts";
import type { CallWebhookPayload } from "../journeys/outgoing-webhook.ts";
import { signWebhook, webhookSecret } from "../journeys/webhook-secret.server.ts";
import type { Job, JobHandler, JobResult } from "../scheduler/job.ts";
import type { PostWebhook, WebhookAnswer } from "../sender/post-webhook.server.ts";
import type { Store } from "../store/store.ts";

type Deps = { store: Store; clock: Clock; keyring: Keyring; postWebhook: PostWebhook };

/** Answers that a second try can change. */
const TRY_AGAIN = [408, 425, 429];

/**
 * Tells a merchant's system that a run came to a webhook step, and writes down whether it took it. Tried again with
 * back-off while it cannot be reached or is at fault itself; a redirect or a refusal is final.
 */
export function callWebhookHandler(deps: Deps): JobHandler {
  return async (job): Promise<JobResult> => {
    const payload = job.payload as CallWebhookPayload;
    const { shop, url } = payload;
    if ((await deps.store.shops.get(shop))?.state !== "installed") return { type: "cancel", reason: "uninstalled" };
    const secret = await webhookSecret(deps.store, deps.keyring, shop);
    if (secret === null) return { type: "cancel", reason: "uninstalled" };

    const body = JSON.stringify(payload.body);
    const address = new URL(url);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Beckon",
      "beckon-webhook-id": payload.body.id,
      "beckon-signature": signWebhook(secret, body, deps.clock.machineNow()),
    };
    const answer = await deps.postWebhook(address, headers, body);
    const { status } = answer;
    const isTaken = status !== null && status >= 200 && status < 300;
    if (isTaken) return settle(deps, job, payload, answer, "webhook_delivered");
    const mayChange = status === null || status >= 500 || TRY_AGAIN.includes(status);
    if (!mayChange || job.attempt >= job.maxAttempts) return settle(deps, job, payload, answer, "webhook_failed");
    throw new Error(`${address.host} answered ${status ?? `nothing (${answer.cause})`}`);
  };
}

async function settle(
  { store, clock }: Deps,
  { attempt }: Job,
  { shop, runId, url, body }: CallWebhookPayload,
  { status, cause }: WebhookAnswer,
  reason: "webhook_delivered" | "webhook_failed",
): Promise<JobResult> {
  await store.ledger.append([
    {
      shop,
      at: clock.now(),
      visitorId: body.visitorId,
      subscriptionId: null,
      runId,
      journey: body.journey,
      step: body.step,
      verdict: reason === "webhook_delivered" ? "sent" : "dropped",
      reason,
      values: { host: new URL(url).host, status, attempts: attempt, ...(cause && { cause }) },
      notificationId: null,
    },
  ]);
  return { type: "done" };
}
