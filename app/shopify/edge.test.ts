import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signProxyQuery, verifyProxyQuery } from "./proxy-signature.server.ts";
import { parseJson, readBody } from "./read-body.server.ts";
import { normalizeShop, shopOrigin } from "./shop-domain.ts";
import { createShopifyFetch } from "./shopify-fetch.server.ts";
import { isSignedByShopify } from "./verify-webhook.server.ts";

const NOW = new Date(1_317_327_555_000);

test("the proxy's signature is the one of Shopify's own example", () => {
  const query = new URLSearchParams(
    "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555",
  );

  expect(signProxyQuery(query, "hush")).toBe("4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb");
  query.set("signature", signProxyQuery(query, "hush"));
  expect(verifyProxyQuery(query, ["hush"], NOW)).toEqual({
    shop: "shop-name.myshopify.com",
    pathPrefix: "/apps/awesome_reviews",
    loggedInCustomerId: "1",
  });
});

test.each(["Zed=1", "id=1&id2=2", "a-b=1&a_b=2", "ü=1&z=2"])("keys are sorted by their bytes: %s", (extra) => {
  const query = new URLSearchParams(
    `${extra}&shop=a.myshopify.com&path_prefix=/apps/x&timestamp=1317327555&logged_in_customer_id=`,
  );
  const pairs = [...query].map(([key, value]) => Buffer.from(`${key}=${value}`)).toSorted(Buffer.compare);
  query.set("signature", createHmac("sha256", "hush").update(Buffer.concat(pairs)).digest("hex"));

  expect(verifyProxyQuery(query, ["hush"], NOW)?.shop).toBe("a.myshopify.com");
});

test.each([
  ["two shops", "shop=a.myshopify.com&shop=b.myshopify.com"],
  ["no shop", ""],
  ["a shop elsewhere", "shop=a.example.com"],
])("a signed query with %s is refused", (_name, shop) => {
  const query = new URLSearchParams(`${shop}&path_prefix=/apps/x&timestamp=1317327555&logged_in_customer_id=`);
  query.set("signature", signProxyQuery(query, "hush"));

  expect(verifyProxyQuery(query, ["hush"], NOW)).toBeNull();
});

test("a timestamp counts for 90 seconds, before and after", () => {
  const query = new URLSearchParams(
    "shop=a.myshopify.com&path_prefix=/apps/x&timestamp=1317327555&logged_in_customer_id=",
  );
  query.set("signature", signProxyQuery(query, "hush"));
  const at = (seconds: number) => verifyProxyQuery(query, ["hush"], new Date(NOW.getTime() + seconds * 1000));

  expect(at(90)).not.toBeNull();
  expect(at(-90)).not.toBeNull();
  expect(at(91)).toBeNull();
  expect(at(-91)).toBeNull();
});

test("a webhook is signed over its bytes, with either secret", () => {
  const body = Buffer.from('{"a":"ü"}');
  const hmac = createHmac("sha256", "old").update(body).digest("base64");

  expect(isSignedByShopify(body, hmac, ["new", "old"])).toBe(true);
  expect(isSignedByShopify(body, hmac, ["new"])).toBe(false);
  expect(isSignedByShopify(Buffer.from('{"a": "ü"}'), hmac, ["old"])).toBe(false);
  expect(isSignedByShopify(body, "", ["old"])).toBe(false);
});

test("only bytes up to the limit are kept, and the rest is refused", async () => {
  const post = (body: string) => new Request("https://a.test", { method: "POST", body });

  expect((await readBody(post("x".repeat(10)), 10))?.length).toBe(10);
  expect(await readBody(post("x".repeat(11)), 10)).toBeNull();
  expect(await readBody(post("x".repeat(1000)), 10)).toBeNull();
  expect((await readBody(new Request("https://a.test"), 10))?.length).toBe(0);
});

test("JSON keeps the digits of large ids and refuses what is no UTF-8", () => {
  expect(parseJson(Buffer.from('{"id":820982911946154508,"n":5,"f":1.5}'))).toEqual({
    id: "820982911946154508",
    n: 5,
    f: 1.5,
  });
  expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
});

test("a shop's name is lower case and ends in myshopify.com", () => {
  expect(normalizeShop("Harbour-1.MyShopify.com/")).toBe("harbour-1.myshopify.com");
  for (const wrong of [
    "harbour.example",
    "harbour.myshopify.com.evil.example",
    "-a.myshopify.com",
    "a b.myshopify.com",
    "",
    null,
  ]) {
    expect(normalizeShop(wrong)).toBeNull();
  }
  expect(shopOrigin({ shop: "a.myshopify.com", primaryDomain: "shop.example" })).toBe("https://shop.example");
  expect(shopOrigin({ shop: "a.myshopify.com", primaryDomain: "127.0.0.1:3000" })).toBe("http://127.0.0.1:3000");
});

test("with a simulated store only what goes to a shop's domain goes there", async () => {
  const asked: string[] = [];
  const fetch = createShopifyFetch("http://127.0.0.1:4000", async (input, init) => {
    const request = new Request(input, init);
    asked.push(`${request.method} ${request.url} ${request.headers.get("x-simulated-host")} ${await request.text()}`);
    return new Response();
  });

  await fetch("https://a.myshopify.com/admin/x?y=1", { method: "POST", body: "b" });
  await fetch("https://elsewhere.example/");

  expect(asked).toEqual([
    "POST http://127.0.0.1:4000/admin/x?y=1 a.myshopify.com b",
    "GET https://elsewhere.example/ null ",
  ]);
});
