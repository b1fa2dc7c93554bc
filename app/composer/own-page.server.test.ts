import { expect, test } from "vitest";
import { createKeyring } from "../encryption.server.ts";
import { readToken } from "../signed-token.server.ts";
import { ownPage } from "./own-page.server.ts";

const keyring = createKeyring([Buffer.alloc(32, 3).toString("base64")]);
const whose = { shop: "harbour.myshopify.com", visitorId: "visitor-0001", locale: "ar" };

test("leads to the shopper's own page, with the marks of the link kept", () => {
  const path = ownPage("/recommended?utm_source=beckon#top", whose, "/apps/beckon", keyring);
  const [, token = ""] = /^\/apps\/beckon\/recommended\/([^?]+)\?utm_source=beckon#top$/.exec(path) ?? [];

  expect(readToken(keyring, "recommended", token)).toEqual({ v: "visitor-0001", s: "harbour.myshopify.com", l: "ar" });
});

test.each(["/", "/cart", "/recommended-shirts", "/collections/recommended", "https://carrier.example/1"])(
  "leaves %s as it is",
  (target) => {
    expect(ownPage(target, whose, "/apps/beckon", keyring)).toBe(target);
  },
);
