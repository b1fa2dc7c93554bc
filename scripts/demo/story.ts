import { setTimeout as sleep } from "node:timers/promises";
import { runToEnd } from "./child-process.ts";
import type { DemoPlan } from "./environment.ts";
import { type ReceivedPush, openInbox } from "./inbox.ts";
import { Shopper } from "./shopper.ts";

// The story that `--once` plays: a shopper opts in, leaves a cart, is brought back, buys, and the merchant reads it in the
// report. Every step is checked from outside, through the same doors that shoppers, merchants and Shopify use.

type Ready = { app: string; store: string; push: string; pushCa: string; shop: string; apiToken: string };
type Detail = Record<string, unknown>;

class StoryError extends Error {
  override name = "StoryError";
  readonly detail: Detail;
  constructor(message: string, detail: Detail = {}) {
    super(message);
    this.detail = detail;
  }
}

/** @returns whether every step was ok; stops at the first that was not */
export async function playStory(
  ready: Ready,
  plan: DemoPlan,
  appPid: () => number,
  print: (line: { event: "step"; name: string; ok: boolean; shopTime: string; detail: Detail }) => void,
): Promise<boolean> {
  const steps = storySteps(ready, plan, appPid);
  for (const [name, play] of Object.entries(steps)) {
    let ok = true;
    let detail: Detail;
    try {
      detail = await play();
    } catch (error) {
      ok = false;
      const more = error instanceof StoryError ? error.detail : {};
      detail = { error: error instanceof Error ? error.message : String(error), ...more };
    }
    print({ event: "step", name, ok, shopTime: (await shopTime(ready.store)).toISOString(), detail });
    if (!ok) return false;
  }
  return true;
}

function storySteps(ready: Ready, plan: DemoPlan, appPid: () => number): Record<string, () => Promise<Detail>> {
  const { store, app } = ready;
  const shopper = new Shopper(store);
  const sim = (path: string, body: unknown) => postJson(`${store}/_sim/${path}`, body);
  const advance = (duration: string) => sim("clock", { advance: duration });
  const api = (path: string) => getJson(`${app}/api/v1/${path}`, ready.apiToken);

  let inbox: Awaited<ReturnType<typeof openInbox>>;
  let leftAt: Date;
  let cartVariants: string[];
  let secondPush: ReceivedPush;
  let order: { id: string; total: number; currency: string };

  async function nextPush(kind: string): Promise<ReceivedPush> {
    const push = await inbox.next(15_000);
    if (!push) throw new StoryError(`no ${kind} push arrived within 15 s`);
    const found = push.payload.notification.data.kind;
    if (found !== kind) throw new StoryError(`expected a ${kind} push, got ${found}`, { payload: push.payload });
    await shopper.post("/apps/beckon/receipts", receipt(push, "shown"));
    return push;
  }

  async function leave(): Promise<Date> {
    await shopper.tell([{ type: "left", data: {} }]);
    return shopTime(store);
  }

  return {
    "opted-in": async () => {
      const config = (await (await shopper.visit("/apps/beckon/config")).json()) as { vapidPublicKey: string };
      inbox = await openInbox(ready.push, ready.pushCa, config.vapidPublicKey);
      const { status, body } = await shopper.post("/apps/beckon/subscriptions", {
        v: 1,
        visitorId: shopper.visitorId,
        subscription: inbox.subscription,
        consent: { marketing: true, text: "Tell me about my cart and offers", at: new Date().toISOString() },
        locale: "en",
        timezone: "UTC",
        page: "/",
        linkId: shopper.linkId,
        promptVariant: "prompt",
      });
      if (status !== 201) throw new StoryError(`subscribing answered ${status}, not 201`, body);
      shopper.visitorId = String(body.visitorId);
      return { subscriptionId: body.subscriptionId, visitorId: body.visitorId };
    },

    "welcome-push": async () => pushDetail(await nextPush("welcome")),

    "cart-abandoned": async () => {
      const products = (await (await shopper.visit("/products.json?limit=250")).json()) as {
        products: { title: string; variants: { id: number; available: boolean }[] }[];
      };
      const variant = products.products.flatMap((product) => product.variants).find((one) => one.available);
      if (!variant) throw new StoryError("the store has nothing to sell");
      const cart = await shopper.addToCart(String(variant.id), 2);
      cartVariants = cart.items.map((item) => String(item.variant_id));
      leftAt = await leave();
      return {
        items: cart.items.length,
        total: cart.total_price,
        currency: cart.currency,
        leftAt: leftAt.toISOString(),
      };
    },

    "cart-push-1": async () => {
      await advanceTo(store, advance, leftAt, 3);
      const push = await nextPush("cart_recovery");
      return { ...pushDetail(push), minutesAfterLeaving: minutesSince(leftAt, await shopTime(store)) };
    },

    "cart-push-2": async () => {
      await advanceTo(store, advance, leftAt, 90);
      secondPush = await nextPush("cart_recovery");
      const code = secondPush.payload.notification.data.code;
      if (!code) throw new StoryError("the second cart push carries no discount code", pushDetail(secondPush));
      return { ...pushDetail(secondPush), minutesAfterLeaving: minutesSince(leftAt, await shopTime(store)) };
    },

    "cart-restored": async () => {
      const { code, url } = secondPush.payload.notification.data;
      await shopper.post("/apps/beckon/receipts", receipt(secondPush, "clicked"));
      const page = await shopper.visit(new URL(secondPush.payload.notification.navigate).pathname);
      if (page.status !== 200) throw new StoryError(`the click's page answered ${page.status}`);
      const onward = await followGoPage(shopper, await page.text());
      const cart = await shopper.cart();
      const variants = cart.items.map((item) => String(item.variant_id));
      const discountPercent = Math.round((100 * cart.total_discount) / cart.original_total_price);
      const detail = { url, onward, code, variants, discountPercent, total: cart.total_price };
      if (variants.join() !== cartVariants.join()) throw new StoryError("another cart was opened", detail);
      if (discountPercent !== 15) throw new StoryError("the code did not take 15 % off", detail);
      return detail;
    },

    ordered: async () => {
      const cart = await shopper.cart();
      const made = (await sim("orders", {
        items: cart.items.map((item) => ({ variantId: String(item.variant_id), quantity: item.quantity })),
        cartToken: cart.token.split("?")[0],
        discountCodes: [secondPush.payload.notification.data.code],
      })) as { id: string | number; name: string; total_price: string; currency: string };
      order = { id: String(made.id), total: Math.round(Number(made.total_price) * 100), currency: made.currency };
      return { orderId: order.id, name: made.name, total: order.total, currency: order.currency };
    },

    "journey-stopped": async () => {
      await advance("PT48H");
      const push = await inbox.next(1_500);
      if (push) throw new StoryError("a push arrived after the purchase", pushDetail(push));
      const { data } = (await api(`ledger?visitorId=${shopper.visitorId}&journey=cart_recovery`)) as { data: Detail[] };
      return { ledger: data.slice(0, 3) };
    },

    attributed: async () => {
      const from = new Date(leftAt.getTime() - 86_400_000).toISOString().slice(0, 10);
      const to = new Date((await shopTime(store)).getTime() + 86_400_000).toISOString().slice(0, 10);
      const report = (await api(`reports/summary?from=${from}&to=${to}`)) as {
        orders: number;
        revenue: { currency: string; amount: number }[];
      };
      const revenue = report.revenue.find((one) => one.currency === order.currency)?.amount;
      if (report.orders !== 1 || revenue !== order.total) {
        throw new StoryError(`the report does not show the order of ${order.total} ${order.currency}`, { report });
      }
      return { report };
    },

    "back-in-stock-push": async () => {
      const variantId = cartVariants[0];
      await sim("inventory", { variantId, available: 0 });
      await shopper.post("/apps/beckon/stock-alerts", {
        v: 1,
        visitorId: shopper.visitorId,
        variantId,
        kind: "back_in_stock",
      });
      await sim("inventory", { variantId, available: 5 });
      await untilLogged(app);
      await advance("PT2M");
      return pushDetail(await nextPush("back_in_stock"));
    },

    "shipping-push": async () => {
      await sim("fulfillments", { orderId: order.id, status: "success", trackingNumber: "1Z999AA10123456784" });
      return pushDetail(await nextPush("shipping"));
    },

    "crash-survived": async () => {
      const before = appPid();
      await shopper.addToCart(cartVariants[0] ?? "", 1);
      leftAt = await leave();
      await untilLogged(app);
      process.kill(before, "SIGKILL");
      // The clock moves while the app is dead: the push is due before it is back.
      await sim("clock", { advance: "PT3M30S" }).catch(() => {});
      const push = await nextPush("cart_recovery");
      const again = await inbox.next(2_000);
      if (again) throw new StoryError("the push came twice", { first: push.payload, again: again.payload });
      return { ...pushDetail(push), killed: before, restartedAs: appPid() };
    },

    uninstalled: async () => {
      await sim("uninstall", {});
      await sim("clock", { advance: "PT49H" });
      const rows = await untilEmpty(plan, ready.shop);
      const status = await fetch(`${app}/api/v1/subscribers`, {
        headers: { authorization: `Bearer ${ready.apiToken}` },
      }).then((response) => response.status);
      if (status !== 401) throw new StoryError(`the API key of a removed shop is answered with ${status}`);
      return { rows };
    },
  };
}

function pushDetail(push: ReceivedPush): Detail {
  return { payload: push.payload, headers: push.headers };
}

function receipt(push: ReceivedPush, type: "shown" | "clicked"): Detail {
  const now = new Date().toISOString();
  return { v: 1, token: push.payload.notification.data.token, type, action: null, at: now, sentAt: now };
}

/** Does what the click's page does in a browser without scripts: follows its link. */
async function followGoPage(shopper: Shopper, html: string): Promise<string> {
  const href = /<a[^>]+data-beckon-onward[^>]+href="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&");
  if (!href) throw new StoryError("the click's page offers no link onward");
  const response = await shopper.visit(href);
  if (response.status !== 200) throw new StoryError(`${href} answered ${response.status}`);
  return href;
}

async function shopTime(store: string): Promise<Date> {
  return new Date(((await getJson(`${store}/_sim/clock`)) as { shop: string }).shop);
}

function minutesSince(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / 6_000) / 10;
}

/** Moves the shop's clock to `minutes` after `from`; it runs on by itself meanwhile, so it is never moved back. */
async function advanceTo(store: string, advance: (duration: string) => Promise<unknown>, from: Date, minutes: number) {
  const missing = from.getTime() + minutes * 60_000 - (await shopTime(store)).getTime();
  if (missing > 0) await advance(`PT${Math.ceil(missing / 1000)}S`);
}

/** Waits until the app has looked at every event it was told of. */
async function untilLogged(app: string): Promise<void> {
  const isPending = async () => {
    const metrics = await (await fetch(`${app}/metrics`)).text();
    const jobs = /^beckon_jobs\{kind="process-events",state="(?:scheduled|available|running|retryable)"\} [1-9]/m;
    return jobs.test(metrics);
  };
  for (let tries = 0; tries < 100; tries++) {
    if (!(await isPending())) return;
    await sleep(50);
  }
  throw new StoryError("the app did not get through its events within 5 s");
}

/** Rows still stored for the shop, table by table; none may be left. */
async function untilEmpty(plan: DemoPlan, shop: string): Promise<Detail> {
  let rows: Detail = {};
  for (let tries = 0; tries < 20; tries++) {
    rows = JSON.parse(await runToEnd(["scripts/demo/count-rows.ts", shop], plan.appEnv, "counting rows")) as Detail;
    if (Object.keys(rows).length === 0) return rows;
    await sleep(250);
  }
  throw new StoryError("data of the removed shop is still stored", { rows });
}

async function getJson(url: string, bearer?: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new StoryError(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

async function postJson(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  if (!response.ok) throw new StoryError(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : {};
}
