import { expect, test } from "vitest";
import { uninstall } from "../installation.ts";
import { verifySessionToken } from "../oauth/session-token.ts";
import { variantInStock } from "../testing/start-sim.ts";
import { openShop } from "../storefront/testing/open-shop.ts";

test("embeds the app with shop, host, token and the asked page", async () => {
  const shop = await openShop();

  const page = await (await shop.shopper().get("/admin/apps/test-key/app/journeys?kind=welcome")).text();
  const source = new URL(
    (/<iframe data-app-frame[^>]* data-src="([^"]+)"/.exec(page)?.[1] ?? "").replaceAll("&amp;", "&"),
  );

  expect(source.origin).toBe(shop.sim.options.appUrl);
  expect(source.pathname).toBe("/app/journeys");
  expect(source.searchParams.get("kind")).toBe("welcome");
  expect(source.searchParams.get("embedded")).toBe("1");
  expect(Buffer.from(source.searchParams.get("host") ?? "", "base64").toString()).toBe(
    "admin.shopify.com/store/test-shop",
  );
  expect(verifySessionToken(shop.sim, source.searchParams.get("id_token") ?? "")).not.toBeNull();
  await shop.close();
});

test("gives the frame fresh tokens, and none once the app is gone", async () => {
  const shop = await openShop();
  const shopper = shop.shopper();

  const { token } = (await (await shopper.postJson("/admin/session-token", {})).json()) as { token: string };
  uninstall(shop.sim);
  const refused = await shopper.postJson("/admin/session-token", {});
  const page = await (await shopper.get("/admin")).text();

  expect(verifySessionToken(shop.sim, token)?.aud).toBe("test-key");
  expect(refused.status).toBe(403);
  expect(page).toContain("data-install");
  await shop.close();
});

test("switches the asked embed on in the theme editor and tells App Bridge about it", async () => {
  const shop = await openShop();
  const shopper = shop.shopper();
  const activations = async () => JSON.stringify(await (await shopper.get("/admin/extensions")).json());

  const editor = await (
    await shopper.get("/admin/themes/current/editor?context=apps&activateAppId=test-key/beckon-embed")
  ).text();

  expect(editor).toMatch(/block-card asked" data-block="beckon-embed"/);
  expect(await activations()).toContain('"handle":"beckon-embed","name":"Beckon notifications","status":"available"');
  await shopper.postJson("/_sim/theme", { embed: true });
  expect(await activations()).toContain('"handle":"beckon-embed","name":"Beckon notifications","status":"active"');
  await shop.close();
});

test("serves the App Bridge stand-in to the app's page", async () => {
  const shop = await openShop();

  const script = await shop.shopper().get("/_sim/app-bridge.js");

  expect(script.headers.get("content-type")).toContain("javascript");
  expect(await script.text()).toContain("shopify-reload");
  await shop.close();
});

test("suggests what a webhook fired by hand would really say", async () => {
  const shop = await openShop();
  const shopper = shop.shopper();
  const sample = async (topic: string) =>
    (
      (await (await shopper.get(`/admin/sample-payload?topic=${topic}`)).json()) as {
        payload: Record<string, unknown> | null;
      }
    ).payload;

  expect(await sample("orders/create")).toBeNull();
  await shopper.postJson("/_sim/orders", { items: [{ variantId: variantInStock(shop.sim) }] });

  expect(await sample("orders/create")).toMatchObject({ name: "#1001", financial_status: "paid" });
  expect(await sample("products/update")).toHaveProperty("variants");
  expect(await sample("inventory_levels/update")).toHaveProperty("inventory_item_id");
  expect(await sample("customers/redact")).toHaveProperty("orders_to_redact");
  expect(await sample("shop/redact")).toHaveProperty("shop_domain");
  await shop.close();
});
