import { expect, test } from "vitest";
import { createEdgeApp, OTHER_SHOP, SHOP } from "../../tests/support/edge-app.ts";
import type { EdgeApp } from "../../tests/support/edge-app.ts";
import { signToken } from "../signed-token.server.ts";
import { interests, orderProducts, variants } from "../store/sqlite/schema.server.ts";
import * as recommended from "./proxy.recommended.$token.ts";

const NOW = new Date("2026-11-02T12:00:00Z");

async function shopWithPicks(title = "Wool scarf") {
  const app = await createEdgeApp();
  const { drizzle } = app.store.database;
  for (const [productId, name] of [
    ["11", "Linen shirt"],
    ["12", title],
  ] as const) {
    drizzle
      .insert(variants)
      .values({
        shop: SHOP,
        variantId: `1${productId}`,
        productId,
        productTitle: name,
        handle: `product-${productId}`,
        price: 4_900,
        compareAtPrice: 5_900,
        updatedAt: NOW,
      })
      .run();
    drizzle.insert(orderProducts).values({ shop: SHOP, orderId: "o1", productId, orderedAt: NOW }).run();
  }
  drizzle
    .insert(interests)
    .values({ shop: SHOP, visitorId: "visitor-0001", subject: "product:11", viewedAt: NOW, updatedAt: NOW })
    .run();
  return app;
}

async function open(app: EdgeApp, claims: object, headers: Record<string, string> = {}) {
  const token = signToken(app.keyring, "recommended", claims);
  const path = `recommended/${token}`;
  return app.proxy(recommended, path, { method: "GET", headers, params: { token } });
}

test("shows in the theme what goes with what the visitor looked at", async () => {
  const app = await shopWithPicks();
  const answer = await open(app, { v: "visitor-0001", s: SHOP, l: "en" });
  const page = await answer.text();

  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("application/liquid");
  expect(page).toContain("Picked for you");
  expect(page).toContain("Wool scarf");
  expect(page).not.toContain("Linen shirt");
  expect(page).toContain("/products/product-12");
  expect(page).toContain("{% if localization.country.currency.iso_code == 'USD' %}");
  expect(page).toContain("$49.00");
});

test.each([
  ["tr", "ltr", "Sizin için seçtiklerimiz"],
  ["ar", "rtl", "اخترنا لك"],
])("speaks %s", async (locale, dir, heading) => {
  const app = await shopWithPicks();
  const page = await (await open(app, { v: "visitor-0001", s: SHOP, l: locale })).text();

  expect(page).toContain(`lang="${locale}" dir="${dir}"`);
  expect(page).toContain(heading);
});

test("runs nothing that stands in a product's name", async () => {
  const app = await shopWithPicks("{{ shop.secret }}<script>{% include 'x' %}");
  const page = await (await open(app, { v: "visitor-0001", s: SHOP })).text();

  expect(page).not.toContain("{{ shop.secret");
  expect(page).not.toContain("<script>");
  expect(page).not.toContain("{% include");
});

test("refuses a token of another shop, another purpose or no token of ours", async () => {
  const app = await shopWithPicks();
  expect((await open(app, { v: "visitor-0001", s: OTHER_SHOP })).status).toBe(404);
  const token = signToken(app.keyring, "preferences", { v: "visitor-0001", s: SHOP });
  const other = await app.proxy(recommended, `recommended/${token}`, { method: "GET", params: { token } });
  expect(other.status).toBe(404);
  const none = await app.proxy(recommended, "recommended/x", { method: "GET", params: { token: "x" } });
  expect(none.headers.get("content-type")).toContain("application/problem+json");
});

test("says so when there is nothing to pick", async () => {
  const app = await createEdgeApp();
  const page = await (await open(app, { v: "visitor-9999", s: SHOP })).text();

  expect(page).toContain("There is nothing to pick for you yet");
});
