import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPushClient } from "../../simulator/push/client.ts";
import type { ReceivedPush, ShopperSubscription } from "../../simulator/push/client.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import type { PushService } from "../../simulator/push/push-service.ts";
import { startDemo } from "../support/start-demo.ts";
import type { Demo } from "../support/start-demo.ts";

// Somebody who has the demo's ready line and the public interface, and nothing else: signs as Shopify does, subscribes at a
// push service of their own, and never looks into the database.

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; null when it is none. */
  json: never;
};

export type ProxyOptions = {
  /** Added to the query before it is signed. */
  query?: Record<string, string>;
  customerId?: string;
  shop?: string;
  secret?: string;
  /** Seconds the signature is old. */
  ageSeconds?: number;
  headers?: Record<string, string>;
  /** Changes the query after it was signed. */
  tamper?: (query: URLSearchParams) => void;
};

/** The payload of a push. */
export type Payload = {
  web_push?: number;
  mutable?: boolean;
  notification: {
    title: string;
    body: string;
    navigate: string;
    lang: string;
    dir: string;
    tag: string;
    renotify: boolean;
    data: { token: string; id: string; kind: string; url: string; code: string | null };
    icon?: string;
    image?: string;
    badge?: string;
    actions?: { action: string; title: string; navigate: string }[];
  };
};

export type Push = { payload: Payload; headers: Record<string, string>; text: string };

export type StorefrontEvent = { type: string; data?: object; id?: string; at?: string };

export type Decision = {
  at: string;
  journey: string;
  step: string | null;
  verdict: string;
  reason: string;
  values: Record<string, unknown>;
  notificationId: string | null;
};

export type Stranger = Awaited<ReturnType<typeof meetDemo>>;

/** Starts a demo that is allowed to send to a push service of our own beside its own. */
export async function meetDemo(options: { speed?: number; env?: Record<string, string> } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-stranger-"));
  const pushService = await startPushService();
  const caFile = path.join(folder, "ca.pem");
  writeFileSync(caFile, pushService.ca);
  const demo = await startDemo({
    ...options,
    env: { PUSH_HOSTS: pushService.host, PUSH_CA_FILE: caFile, ...options.env },
  });
  return {
    demo,
    pushService,
    ...talkTo(demo, pushService),
    async leave() {
      await Promise.all([demo.close(), pushService.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a stranger knows of a running app. */
export type Known = Pick<Demo, "app" | "store" | "shop" | "apiSecret" | "apiToken" | "advance">;

export function talkTo(demo: Known, pushService: PushService) {
  const client = createPushClient({ origin: pushService.origin, ca: pushService.ca });

  function proxyUrl(where: string, options: ProxyOptions = {}): string {
    const timestamp = Math.floor(Date.now() / 1000) - (options.ageSeconds ?? 0);
    const query = new URLSearchParams({
      ...options.query,
      shop: options.shop ?? demo.shop,
      path_prefix: "/apps/beckon",
      timestamp: String(timestamp),
      logged_in_customer_id: options.customerId ?? "",
    });
    const message = [...query].map(([name, value]) => `${name}=${value}`);
    message.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    query.set("signature", hmac(options.secret ?? demo.apiSecret, message.join("")).toString("hex"));
    options.tamper?.(query);
    return `${demo.app}/proxy/${where}?${query}`;
  }

  function proxy(method: string, where: string, body?: unknown, options: ProxyOptions = {}): Promise<Answer> {
    return ask(proxyUrl(where, options), {
      method,
      headers: { "content-type": "application/json", ...options.headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  async function webhook(
    topic: string,
    payload: unknown,
    options: { id?: string; shop?: string; secret?: string; hmac?: string | null; triggeredAt?: string } = {},
  ): Promise<Answer> {
    const body = typeof payload === "string" ? payload : JSON.stringify(payload);
    const signature =
      options.hmac === undefined ? hmac(options.secret ?? demo.apiSecret, body).toString("base64") : options.hmac;
    return ask(`${demo.app}/webhooks`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": options.shop ?? demo.shop,
        "x-shopify-webhook-id": options.id ?? randomBytes(12).toString("hex"),
        "x-shopify-triggered-at": options.triggeredAt ?? (await shopNow()).toISOString(),
        "x-shopify-api-version": "2026-10",
        ...(signature === null ? {} : { "x-shopify-hmac-sha256": signature }),
      },
    });
  }

  function api(method: string, where: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return ask(`${demo.app}/api/v1/${where}`, {
      method,
      headers: { authorization: `Bearer ${demo.apiToken}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function shopNow(): Promise<Date> {
    const { json } = await ask(`${demo.store}/_sim/clock`, {});
    return new Date((json as { shop: string }).shop);
  }

  /** Waits until the app has looked at every event it was told of. */
  async function untilProcessed(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const { text } = await ask(`${demo.app}/metrics`, {});
      if (!/^beckon_jobs\{kind="process-events",state="(scheduled|available|running|retryable)"\} [1-9]/m.test(text))
        return;
      await sleep(40);
    }
    throw new Error("the app did not get through its events");
  }

  async function vapidKey(): Promise<string> {
    const { json } = await proxy("GET", "config");
    return (json as { vapidPublicKey: string }).vapidPublicKey;
  }

  async function ledger(query: string): Promise<Decision[]> {
    const { json } = await api("GET", `ledger?${query}`);
    return (json as { data: Decision[] }).data;
  }

  return {
    proxyUrl,
    proxy,
    webhook,
    api,
    shopNow,
    untilProcessed,
    vapidKey,
    ledger,
    async advance(duration: string): Promise<void> {
      await untilProcessed();
      await demo.advance(duration);
    },
    /** Moves the shop's clock to so many minutes after an instant. */
    async advanceTo(from: Date, minutes: number): Promise<void> {
      await untilProcessed();
      const missingMs = from.getTime() + minutes * 60_000 - (await shopNow()).getTime();
      if (missingMs > 0) await demo.advance(`PT${(missingMs / 1000).toFixed(3)}S`);
    },
    /** A shopper who has opted in; its welcome push is already read. */
    async subscribe(options: Parameters<typeof becomeShopper>[2] = {}) {
      return becomeShopper(proxy, () => vapidKey().then((key) => client.subscribe(key)), options, {
        shopNow,
        untilProcessed,
      });
    },
    subscribeInBrowser: async () => client.subscribe(await vapidKey()),
  };
}

type Tools = { shopNow(): Promise<Date>; untilProcessed(): Promise<void> };

async function becomeShopper(
  proxy: (method: string, where: string, body?: unknown, options?: ProxyOptions) => Promise<Answer>,
  makeSubscription: () => Promise<ShopperSubscription>,
  options: {
    locale?: string;
    timezone?: string;
    customerId?: string;
    marketing?: boolean;
    welcome?: boolean;
    more?: object;
  },
  { shopNow, untilProcessed }: Tools,
) {
  const subscription = await makeSubscription();
  const linkId = randomBytes(12).toString("base64url");
  const signed = options.customerId === undefined ? {} : { customerId: options.customerId };
  const asked = await proxy(
    "POST",
    "subscriptions",
    {
      v: 1,
      visitorId: randomBytes(12).toString("base64url"),
      subscription: subscription.toJSON(),
      consent: { marketing: options.marketing ?? true, text: "Yes, tell me", at: new Date().toISOString() },
      locale: options.locale ?? "en",
      timezone: options.timezone ?? "UTC",
      page: "/",
      linkId,
      ...options.more,
    },
    signed,
  );
  if (asked.status >= 300) throw new Error(`subscribing answered ${asked.status}: ${asked.text}`);
  const { visitorId, subscriptionId } = asked.json as { visitorId: string; subscriptionId: string };
  const read = (push: ReceivedPush): Push => ({
    payload: push.payload as Payload,
    headers: push.headers,
    text: push.text,
  });

  const shopper = {
    visitorId,
    subscriptionId,
    linkId,
    subscription,
    async tell(...events: StorefrontEvent[]): Promise<void> {
      const now = new Date().toISOString();
      const { status, text } = await proxy(
        "POST",
        "events",
        {
          v: 1,
          visitorId,
          sentAt: now,
          events: events.map(({ type, data, id, at }) => ({
            id: id ?? randomBytes(9).toString("base64url"),
            type,
            at: at ?? now,
            data: data ?? {},
          })),
        },
        signed,
      );
      if (status !== 202) throw new Error(`events answered ${status}: ${text}`);
    },
    /** Says that the shop was left, and when that was in shop time. */
    async leave(): Promise<Date> {
      await shopper.tell({ type: "left" });
      return shopNow();
    },
    async next(): Promise<Push> {
      return read(await subscription.next(15_000));
    },
    /** What came until now; waits a moment for what is on its way. */
    async waiting(): Promise<Push[]> {
      await untilProcessed();
      await sleep(300);
      return (await subscription.drain()).map(read);
    },
  };
  if ((options.marketing ?? true) && (options.welcome ?? true)) await shopper.next();
  return shopper;
}

export function cartOf(cartToken: string, items: Partial<CartItem>[] = [{}], more: object = {}): StorefrontEvent {
  const lines = items.map((item) => ({ ...ITEM, ...item }));
  const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return {
    type: "cart_updated",
    data: { cartToken, currency: "USD", total, discounted: false, items: lines, ...more },
  };
}

type CartItem = typeof ITEM;
const ITEM = {
  productId: "1",
  variantId: "1",
  title: "Blue kettle",
  variantTitle: "1 l",
  quantity: 1,
  price: 4_900,
  image: null as string | null,
  url: "/products/blue-kettle",
  properties: {} as Record<string, string>,
  sellingPlanId: null as string | null,
};

export function token(): string {
  return randomBytes(12).toString("hex");
}

export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init, signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // not JSON: null says so
  }
  return { status: response.status, headers: response.headers, text, json: json as never };
}

function hmac(secret: string, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}
