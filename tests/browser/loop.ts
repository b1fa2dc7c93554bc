import assert from "node:assert/strict";
import { test } from "node:test";
import type { Demo } from "../support/start-demo.ts";
import type { ShownNotification } from "./support/desktop.ts";
import { findBrowser, howToInstall } from "./support/launch-browser.ts";
import { addFirstProduct, openShop, readCart, sayYes, startLoop } from "./support/start-loop.ts";
import type { Loop } from "./support/start-loop.ts";
import { until } from "./support/until.ts";

// The whole loop with nothing mocked inside the browser: a shopper says yes to our prompt, fills a cart, leaves, is brought
// back by a push that the browser itself decrypts and shows, finds the same cart with the code applied, buys, and the
// merchant reads the order in the report.

const LOOP_WITHIN_MS = 180_000;

for (const name of ["firefox", "chromium"] as const) {
  const isMissing = !findBrowser(name);
  const skip = isMissing && process.env.CI !== "true" ? howToInstall(name) : false;
  test(`a shopper leaves and is brought back, in ${name}`, { skip, timeout: LOOP_WITHIN_MS }, async (t) => {
    assert.ok(!isMissing, howToInstall(name));
    const loop = await startLoop(name);
    t.after(() => loop.close());
    await walk(loop, (what) => t.diagnostic(what));
  });
}

async function walk({ demo, browser, desktop }: Loop, say: (what: string) => void): Promise<void> {
  const page = await openShop(browser, demo);
  await addFirstProduct(page);
  const { visitorId } = await sayYes(browser, demo, page);
  say("opted in by a tap on our prompt");

  await desktop.find("Welcome");
  say("the welcome push was shown on the desktop");

  await until("the app to hear of the cart", () => demo.countEvents("cart_updated") > 0);
  await page.goto("about:blank"); // another site
  await until("the app to hear that the shopper left", () => demo.countEvents("left") > 0);
  await demo.advance("PT3M5S");
  const cartPush = await desktop.find(await firstProductTitle(demo));
  say(`after three minutes: ${cartPush.title}`);

  await demo.advance("PT87M");
  const isSecond = ({ id, title }: ShownNotification) => id !== cartPush.id && title.startsWith("15%");
  const second = () => until("the second cart push", () => desktop.shown().find(isSecond));
  const withCode = await second().catch(async () => {
    // A last word of the page that comes after the clock was moved counts as said then, and starts the wait again.
    await demo.advance("PT15M");
    return second();
  });
  say(`after ninety minutes: ${withCode.title}`);
  desktop.click(withCode);

  const back = await until("the cart that the click opens", async () =>
    (await browser.pages()).find((one) => new URL(one.url()).pathname === "/cart"),
  );
  const cart = await until("the code on the cart", async () => {
    const found = await readCart(back);
    return found.total_discount > 0 ? found : null;
  });
  assert.equal(cart.items.length, 1, "the same cart is open");
  assert.equal(Math.round((100 * cart.total_discount) / cart.original_total_price), 15);
  say("the click opened the same cart with the code applied");

  const order = (await demo.sim("orders", {
    items: cart.items.map(({ variant_id, quantity }) => ({ variantId: String(variant_id), quantity })),
    cartToken: cart.token.split("?")[0],
    discountCodes: cart.cart_level_discount_applications.map(({ title }) => title),
  })) as { total_price: string; currency: string };
  const report = await until("the order in the report", async () => {
    const found = (await demo.api(`reports/summary?from=${day(-2)}&to=${day(7)}`)) as {
      orders: number;
      clicked: number;
      revenue: { currency: string; amount: number }[];
    };
    return found.orders > 0 ? found : null;
  });
  assert.equal(report.orders, 1);
  assert.ok(report.clicked >= 1);
  assert.deepEqual(report.revenue, [{ currency: order.currency, amount: Math.round(Number(order.total_price) * 100) }]);
  say("the merchant reads the order in the report");

  const before = desktop.history().length;
  await demo.advance("PT72H");
  const { data } = (await demo.api(`ledger?visitorId=${visitorId}&journey=cart_recovery`)) as {
    data: { verdict: string }[];
  };
  assert.equal(data.filter(({ verdict }) => verdict === "sent").length, 2, "two cart messages and no more");
  assert.equal(desktop.history().length, before, "nothing came after the purchase");
}

/** A date some days from now. */
function day(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

async function firstProductTitle(demo: Demo): Promise<string> {
  const { products } = (await (await fetch(`${demo.store}/products.json?limit=250`)).json()) as {
    products: { title: string; variants: { available: boolean }[] }[];
  };
  return products.find(({ variants }) => variants[0]?.available)?.title ?? "";
}
