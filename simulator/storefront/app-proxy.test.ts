import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { uninstall } from "../installation.ts";
import { moveProxy } from "./proxy-path.ts";
import { signProxyQuery } from "./proxy-signature.ts";
import { openShop } from "./testing/open-shop.ts";
import type { OpenShop } from "./testing/open-shop.ts";

let shop: OpenShop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

test("forwards a shopper's request signed, with the body untouched and without cookies", async () => {
  const shopper = shop.shopper();
  shopper.cookies.set("cart", "secret");

  await shopper.send("/apps/beckon/events?token=a%2Cb", {
    method: "POST",
    headers: { "content-type": "text/plain", "user-agent": "Phone/1" },
    body: "\u{1f514} not json",
  });

  const [request] = shop.asked;
  expect(request).toMatchObject({ method: "POST", path: "/proxy/events", body: "\u{1f514} not json" });
  expect(request?.headers).toMatchObject({ "content-type": "text/plain", "user-agent": "Phone/1" });
  expect(request?.headers["cookie"]).toBeUndefined();
  expect(request?.query.get("token")).toBe("a,b");
  expect(request?.query.get("shop")).toBe("test-shop.myshopify.com");
  expect(request?.query.get("path_prefix")).toBe("/apps/beckon");
  expect(request?.query.get("logged_in_customer_id")).toBe("");
  expect(request?.query.get("signature")).toBe(signProxyQuery(request?.query ?? new URLSearchParams(), "hush"));
});

test("tells the app who is signed in, and the shopper's address", async () => {
  const shopper = shop.shopper();
  const customerId = [...shop.sim.state.customers.keys()][0] ?? "";
  await shopper.postForm("/account/login", { customer_id: customerId });

  await shopper.get("/apps/beckon/config", { "x-forwarded-for": "198.51.100.7" });
  await shop.shopper().get("/apps/beckon/config");

  expect(shop.asked[0]?.query.get("logged_in_customer_id")).toBe(customerId);
  expect(shop.asked[0]?.headers["x-forwarded-for"]).toBe("198.51.100.7");
  expect(shop.asked[1]?.headers["x-forwarded-for"]).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(shop.asked[1]?.headers["x-forwarded-host"]).toBe(new URL(shop.sim.origin).host);
});

test("strips the answer's headers that Shopify strips and keeps the others", async () => {
  shop.app.answer = () => ({
    headers: {
      "content-type": "text/javascript",
      "cache-control": "no-cache",
      "set-cookie": ["a=1", "b=2"],
      "service-worker-allowed": "/",
      "x-powered-by": "Express",
      server: "app",
    },
    body: "self.x = 1;",
  });

  const answer = await shop.shopper().get("/apps/beckon/sw.js");

  expect(await answer.text()).toBe("self.x = 1;");
  expect(answer.headers.get("content-type")).toBe("text/javascript");
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  for (const name of ["set-cookie", "service-worker-allowed", "x-powered-by", "server"]) {
    expect(answer.headers.get(name), name).toBeNull();
  }
});

test("passes the app's status and problem details on", async () => {
  shop.app.answer = () => ({
    status: 429,
    headers: { "retry-after": "7", "content-type": "application/problem+json" },
    body: "{}",
  });

  const answer = await shop.shopper().postJson("/apps/beckon/events", {});

  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("7");
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
});

test("follows the app's redirects itself", async () => {
  shop.app.answer = ({ path }) =>
    path === "/proxy/old" ? { status: 302, headers: { location: "/proxy/new" } } : { body: "arrived" };

  const answer = await shop.shopper().get("/apps/beckon/old");

  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe("arrived");
});

test("renders the app's Liquid in the theme", async () => {
  shop.app.answer = () => ({
    headers: { "content-type": "application/liquid" },
    body: "<p>{{ shop.name }} / {{ 5000 | money }}</p>",
  });

  const page = await (await shop.shopper().get("/tr/apps/beckon/recommended/x")).text();

  expect(page).toContain("<p>Juniper & Oak / $50.00</p>");
  expect(page).toContain('<html lang="tr"');
  expect(page).toContain("data-cart-count");
});

test("moves with the merchant's setting and ends with the app", async () => {
  const shopper = shop.shopper();
  moveProxy(shop.sim, "/community/bells");

  expect((await shopper.get("/apps/beckon/config")).status).toBe(404);
  expect((await shopper.get("/community/bells/config")).status).toBe(200);
  expect(shop.asked[0]?.query.get("path_prefix")).toBe("/community/bells");
  uninstall(shop.sim);
  expect((await shopper.get("/community/bells/config")).status).toBe(404);
  expect(() => moveProxy(shop.sim, "/admin/x")).toThrow(RangeError);
});

test("answers 502 while the app is down", async () => {
  const logged = vi.spyOn(console, "error").mockReturnValue();
  shop.sim.options.appUrl = "http://127.0.0.1:9";

  const answer = await shop.shopper().get("/apps/beckon/config");

  expect(answer.status).toBe(502);
  expect(logged).toHaveBeenCalledOnce();
});
