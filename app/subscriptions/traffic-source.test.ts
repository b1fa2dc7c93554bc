import { expect, test } from "vitest";
import { trafficSource } from "./traffic-source.ts";

const OWN = ["shop.example"];

test.each([
  [null, "", "direct"],
  [null, "https://shop.example/products/mug", "direct"],
  [null, "https://www.google.com/", "organic_search"],
  [null, "https://duckduckgo.com/", "organic_search"],
  [null, "https://l.instagram.com/", "social"],
  [null, "https://t.co/abc", "social"],
  [null, "https://mail.google.com/", "email"],
  [null, "https://blog.example/post", "referral"],
  [{ source: "google", medium: "cpc" }, "https://www.google.com/", "paid_search"],
  [{ source: "facebook", medium: "paid_social" }, "", "social"],
  [{ source: "news", medium: "email" }, "", "email"],
  [{ source: "beckon", medium: "web_push" }, "", "push"],
  [{ source: "instagram" }, "", "social"],
  [{ source: "partner" }, "", "referral"],
] as const)("%o from %j is %s", (utm, referrer, expected) => {
  expect(trafficSource(utm, referrer, OWN)?.class).toBe(expected);
});

test("nothing told is nothing known, and a referrer is kept as a host", () => {
  expect(trafficSource(undefined, undefined, OWN)).toBeNull();
  expect(trafficSource(null, "https://www.blog.example/post?id=1", OWN)).toMatchObject({
    referrerHost: "blog.example",
    utm: null,
  });
});
