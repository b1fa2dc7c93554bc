import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createPushClient } from "../../../simulator/push/client.ts";
import type { ReceivedPush, ShopperSubscription } from "../../../simulator/push/client.ts";
import type { PushService } from "../../../simulator/push/push-service.ts";
import { cartOf } from "../../contract/stranger.ts";
import type { Answer, Payload } from "../../contract/stranger.ts";
import type { FaultWorld } from "./fault-world.ts";

// Shoppers who do not give up: what got no answer, or 5xx, is asked again, as browsers and Shopify do. What they received
// is kept, repeats included, so that it can be told what was lost and what came twice.

export type Shopper = {
  visitorId: string;
  endpoint: string;
  service: PushService;
  /** Every push in the order it came, repeats included. */
  received: { id: string; kind: string; tag: string; topic: string | undefined; code: string | null }[];
  read(): Promise<void>;
  tell(type: string, data?: object): Promise<void>;
};

export type Variant = { id: string; productId: string; title: string; handle: string; price: number };

/** What the simulated store has for sale. */
export async function variantsOf(world: FaultWorld): Promise<Variant[]> {
  const response = await fetch(`${world.store}/products.json?limit=250`);
  const { products } = (await response.json()) as {
    products: {
      id: number;
      title: string;
      handle: string;
      variants: { id: number; price: string; available: boolean }[];
    }[];
  };
  return products.flatMap(({ id: productId, title, handle, variants }) =>
    variants
      .filter(({ available }) => available)
      .map(({ id, price }) => ({
        id: String(id),
        productId: String(productId),
        title,
        handle,
        price: Math.round(Number(price) * 100),
      })),
  );
}

/** Asks until the app answers something other than 5xx; a dead app is waited for. */
export async function untilAnswered(ask: () => Promise<Answer>, patienceMs = 120_000): Promise<Answer> {
  for (const end = Date.now() + patienceMs; ; await sleep(60)) {
    const answer = await ask().catch((error: unknown) => {
      if (Date.now() > end) throw error;
      return null;
    });
    if (answer && answer.status < 500) return answer;
    if (Date.now() > end) throw new Error(`answered ${answer?.status} for ${patienceMs} ms`);
  }
}

export async function subscribeShopper(
  world: FaultWorld,
  service: PushService,
  vapidKey: string,
  beforeAsking: (endpoint: string) => void = () => {},
): Promise<Shopper> {
  const client = createPushClient({ origin: service.origin, ca: service.ca });
  const subscription: ShopperSubscription = await client.subscribe(vapidKey);
  const json = subscription.toJSON();
  beforeAsking(json.endpoint);
  const talk = world.at(service);
  const body = {
    v: 1,
    visitorId: randomBytes(12).toString("base64url"),
    subscription: json,
    consent: { marketing: true, text: "Yes, tell me", at: new Date().toISOString() },
    locale: "en",
    timezone: "UTC",
    page: "/",
    linkId: randomBytes(12).toString("base64url"),
  };
  const answer = await untilAnswered(() => talk.proxy("POST", "subscriptions", body));
  if (answer.status >= 300) throw new Error(`subscribing answered ${answer.status}: ${answer.text}`);
  const { visitorId } = answer.json as { visitorId: string };
  const received: Shopper["received"] = [];

  return {
    visitorId,
    endpoint: json.endpoint,
    service,
    received,
    async read() {
      received.push(...(await subscription.drain()).map(describe));
    },
    async tell(type, data = {}) {
      const id = randomBytes(9).toString("base64url"); // the same when it is sent again
      const answered = await untilAnswered(() => {
        const now = new Date().toISOString();
        return talk.proxy("POST", "events", { v: 1, visitorId, sentAt: now, events: [{ id, type, at: now, data }] });
      });
      if (answered.status !== 202) throw new Error(`${type} answered ${answered.status}: ${answered.text}`);
    },
  };
}

function describe(push: ReceivedPush): Shopper["received"][number] {
  const { tag, data } = (push.payload as Payload).notification;
  return { id: data.id, kind: data.kind, tag, topic: push.headers["topic"], code: data.code };
}

export function cartWith(variant: Variant): object {
  const { id: variantId, productId, title, price, handle } = variant;
  const item = { variantId, productId, title, price, url: `/products/${handle}` };
  return cartOf(randomBytes(12).toString("hex"), [item]).data ?? {};
}

/** What the worker shows: repeats of a notification's id are one. */
export function shown(shopper: Shopper): Shopper["received"] {
  return [...new Map(shopper.received.map((push) => [push.id, push])).values()];
}

/** Waits until every shopper has seen what was promised, or gives up and leaves it to the caller to say what is missing. */
export async function untilShown(
  shoppers: Shopper[],
  isComplete: (shopper: Shopper) => boolean,
  patienceMs = 120_000,
): Promise<boolean> {
  for (const end = Date.now() + patienceMs; ; await sleep(100)) {
    const missing = shoppers.filter((shopper) => !isComplete(shopper));
    if (missing.length === 0) return true;
    if (Date.now() > end) return false;
    await Promise.all(missing.map((shopper) => shopper.read()));
  }
}
