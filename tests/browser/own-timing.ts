import assert from "node:assert/strict";
import { test } from "node:test";
import type { Demo } from "../support/start-demo.ts";
import { findBrowser, howToInstall } from "./support/launch-browser.ts";
import { addFirstProduct, openShop, readCart, sayYes, startLoop } from "./support/start-loop.ts";
import type { Loop } from "./support/start-loop.ts";
import { until } from "./support/until.ts";

// A button that opens nothing and is obeyed, and a reminder that gives way once it is no longer true: both on a desktop that
// a real browser shows them on.

const WITHIN_MS = 180_000;
const MINUTE_MS = 60_000;

for (const name of ["firefox", "chromium"] as const) {
  const isMissing = !findBrowser(name);
  const skip = isMissing && process.env.CI !== "true" ? howToInstall(name) : false;
  test(`a shopper chooses the evening, and buys elsewhere, in ${name}`, { skip, timeout: WITHIN_MS }, async (t) => {
    assert.ok(!isMissing, howToInstall(name));
    const loop = await startLoop(name);
    t.after(() => loop.close());
    await walk(loop, (what) => t.diagnostic(what));
  });
}

async function walk({ demo, browser, desktop }: Loop, say: (what: string) => void): Promise<void> {
  // The first reminder comes well before eight.
  if ((await minutesUntilEight(demo)) < 30) await demo.advance("PT1H");
  const page = await openShop(browser, demo);
  await addFirstProduct(page);
  await sayYes(browser, demo, page);
  await desktop.find("Welcome");
  const cart = await readCart(page);
  await until("the app to hear of the cart", () => demo.countEvents("cart_updated") > 0);
  await page.goto("about:blank"); // another site
  await until("the app to hear that the shopper left", () => demo.countEvents("left") > 0);
  await demo.advance("PT3M5S");
  const first = await desktop.find(cart.items[0]?.product_title ?? "");
  const button = first.actions.find(({ label }) => /^(Tonight|Tomorrow) at 8/.test(label));
  assert.ok(button, `a button for the evening among ${first.actions.map(({ label }) => label).join(", ")}`);

  const pages = (await browser.pages()).map((one) => one.url());
  desktop.click(first, button.label);

  const answer = await desktop.find("we will remind you at 8:00");
  assert.equal(answer.title, first.title, "the answer stands where the reminder stood");
  assert.ok(!desktop.shown().some(({ body }) => body === first.body), "and the reminder is gone");
  assert.deepEqual(
    (await browser.pages()).map((one) => one.url()),
    pages,
    "nothing was opened",
  );
  say(`the answer to "${button.label}": ${answer.body.replaceAll("\n", " ")}`);
  await until("the app to hear of the tap", () => demo.countEvents("notification_clicked") > 0);

  await demo.advance(`PT${(await minutesUntilEight(demo)) - 5}M`);
  const shownBefore = desktop.history().length;
  await demo.advance("PT6M");
  const second = await until("the reminder of the evening", () =>
    desktop.shown().find((shown) => shown.title.startsWith("15%")),
  );
  assert.equal(desktop.history().length, shownBefore + 1, "nothing came before it");
  say(`at eight: ${second.title}`);

  await until("the app to hear that it was shown", async () => {
    const { shown } = (await demo.api("reports/summary?from=2020-01-01&to=2100-01-01")) as { shown: number };
    return shown >= 3;
  });
  await demo.sim("orders", {
    items: cart.items.map(({ variant_id, quantity }) => ({ variantId: String(variant_id), quantity })),
    cartToken: cart.token.split("?")[0],
  });
  await demo.advance("PT30S");
  const thanks = await desktop.find("Thank you for your order");
  assert.ok(!desktop.shown().some(({ title }) => title === second.title), "the reminder is gone");
  say(`after the order: ${thanks.title} · ${thanks.body.replaceAll("\n", " ")}`);
}

/** Whole minutes of shop time until it is eight in the evening where the browser is, which is where this runs. */
async function minutesUntilEight(demo: Demo): Promise<number> {
  const { shop } = (await (await fetch(`${demo.store}/_sim/clock`)).json()) as { shop: string };
  const now = new Date(shop);
  const eight = new Date(now);
  eight.setHours(20, 0, 0, 0);
  const untilEight = eight.getTime() - now.getTime();
  return Math.floor((untilEight > 0 ? untilEight : untilEight + 1_440 * MINUTE_MS) / MINUTE_MS);
}
