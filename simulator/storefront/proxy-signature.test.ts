import { expect, test } from "vitest";
import { proxiedQuery, signProxyQuery } from "./proxy-signature.ts";

// The documented example: https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
const EXAMPLE =
  "extra=1&extra=2&shop=shop-name.myshopify.com&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555";
const NOW = new Date("2026-11-21T09:00:00Z");

test("signs the documented example of a signed-in customer", () => {
  const query = new URLSearchParams(`${EXAMPLE}&logged_in_customer_id=1`);

  expect(signProxyQuery(query, "hush")).toBe("4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb");
});

test("signs an anonymous shopper with an empty customer id", () => {
  const query = new URLSearchParams(`${EXAMPLE}&logged_in_customer_id=`);

  expect(signProxyQuery(query, "hush")).toBe("e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb");
});

test("ignores a signature that is already there", () => {
  const query = new URLSearchParams(`${EXAMPLE}&logged_in_customer_id=1&signature=old`);

  expect(signProxyQuery(query, "hush")).toBe("4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb");
});

test("does not let a shopper speak in Shopify's name", () => {
  const forged = new URLSearchParams("logged_in_customer_id=99&shop=other.myshopify.com&token=abc");

  const query = proxiedQuery(
    forged,
    { shop: "a.myshopify.com", customerId: null, pathPrefix: "/apps/beckon", secret: "hush" },
    NOW,
  );

  expect(query.getAll("logged_in_customer_id")).toEqual([""]);
  expect(query.getAll("shop")).toEqual(["a.myshopify.com"]);
  expect(query.get("token")).toBe("abc");
  expect(query.get("timestamp")).toBe("1795251600");
  expect(query.get("signature")).toBe(signProxyQuery(query, "hush"));
});
