import { expect, test } from "vitest";
import { createEdgeApp, pushSubscription, SHOP } from "../../tests/support/edge-app.ts";
import type { EdgeApp } from "../../tests/support/edge-app.ts";
import { buildMessage } from "../../tests/support/report-rows.ts";
import { doneText } from "../composer/buttons.ts";
import type { BoundDoes } from "../composer/buttons.ts";
import { signToken } from "../signed-token.server.ts";
import { deliveries, notifications } from "../store/sqlite/schema.server.ts";
import * as go from "./proxy.go.$token.ts";
import * as subscriptions from "./proxy.subscriptions.ts";

// A button that does something, pressed where our worker was not there to answer: the page says it.

const VISITOR = "visitor-0001";

/** A message in this language whose only button does this, and what opens that button's link. */
async function delivered(app: EdgeApp, locale: string, does: BoundDoes) {
  const made = await app.proxy(subscriptions, "subscriptions", {
    body: {
      v: 1,
      visitorId: VISITOR,
      subscription: pushSubscription(),
      consent: { marketing: true, text: "Yes", at: app.clock.now().toISOString() },
      page: locale === "en" ? "/products/mug" : `/${locale}/products/mug`,
      locale,
    },
  });
  const { subscriptionId } = (await made.json()) as { subscriptionId: string };
  const action = { action: "only", title: "Only", url: null, does, done: doneText(does, locale) };
  const common = { shop: SHOP, visitorId: VISITOR, createdAt: app.clock.now() };
  const { drizzle } = app.store.database;
  drizzle
    .insert(notifications)
    .values({
      ...common,
      id: "note-1",
      kind: "cart_recovery",
      isTransactional: false,
      locale,
      targetUrl: "/cart",
      discountCode: "SECRET-1",
      message: buildMessage({ title: "t", body: "b", lang: locale, actions: [action], tag: "x" }),
    })
    .run();
  drizzle
    .insert(deliveries)
    .values({
      ...common,
      id: "delivery-1",
      notificationId: "note-1",
      subscriptionId,
      state: "accepted",
      pushTopic: "t",
      urgency: "normal",
      ttlSeconds: 60,
      deadlineAt: app.clock.now(),
    })
    .run();
  const token = signToken(app.keyring, "go", { d: "delivery-1", s: SHOP, a: "only" });
  return async () => {
    const response = await app.proxy(go, `go/${token}`, { method: "GET", params: { token } });
    return { status: response.status, page: await response.text() };
  };
}

function rows<Row>(app: EdgeApp, query: string): Row[] {
  return app.store.database.sqlite.prepare(query).all() as Row[];
}

test.each([
  ["en", "ltr", "All right: no offers or reminders for 7 days.", "To the shop"],
  ["ar", "rtl", "حسنًا، لا عروض ولا تذكيرات لمدة 7 أيام.", "إلى المتجر"],
])("keeps quiet and says so, in %s", async (locale, dir, done, toShop) => {
  const app = await createEdgeApp();
  const open = await delivered(app, locale, { type: "quiet", days: 7 });

  const { status, page } = await open();

  expect(status).toBe(200);
  expect(page).toMatch(new RegExp(`<html[^>]* lang="${locale}"[^>]* dir="${dir}"`));
  expect(page).toContain(`<p data-beckon-done="" lang="${locale}" dir="auto">${done}</p>`);
  expect(page).toContain(toShop);
  expect(page).not.toContain("SECRET-1");
  const [subscription] = rows<{ paused_until: number }>(app, "select paused_until from subscriptions");
  expect(subscription?.paused_until).toBe(app.clock.now().getTime() + 7 * 86_400_000);
});

test("obeys a button's link once, however often it is opened, and takes it for no visit", async () => {
  const app = await createEdgeApp();
  const open = await delivered(app, "en", { type: "quiet", days: 7 });
  await open();
  const first = rows(app, "select paused_until from subscriptions");
  app.clock.advance(60_000);

  const { page } = await open();

  expect(page).toContain("All right");
  expect(rows(app, "select paused_until from subscriptions")).toEqual(first);
  const clicks = rows<{ clicked_at: number | null }>(app, "select clicked_at from notifications");
  expect(clicks).toEqual([{ clicked_at: null }]);
});

test.each([
  ["en", "ltr", "Know somebody who would like this?", "/products/mug?"],
  ["ar", "rtl", "هل تعرف من قد يعجبه هذا؟", "/ar/products/mug?"],
])("passes a product on without a word of who does, in %s", async (locale, dir, heading, path) => {
  const app = await createEdgeApp();
  const share: BoundDoes = { type: "share", path: "/products/mug", title: 'Mug </script><b> & "Co"' };
  const open = await delivered(app, locale, share);

  const { status, page } = await open();

  expect(status).toBe(200);
  expect(page).toMatch(new RegExp(`<html[^>]* lang="${locale}"[^>]* dir="${dir}"`));
  expect(page).toContain(`<h1>${heading}</h1>`);
  expect(page).toContain("<p><bdi>Mug &lt;/script&gt;&lt;b&gt; &amp; &quot;Co&quot;</bdi></p>");
  expect(page).toContain(`href="${path}`);
  expect(page).not.toContain("</script><b>");
  for (const secret of [VISITOR, "delivery-1", "note-1", "SECRET-1"]) expect(page).not.toContain(secret);
});
