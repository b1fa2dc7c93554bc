import { expect, test } from "vitest";
import { createKeyring } from "../encryption.server.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "../sender/payload-limit.ts";
import { readToken } from "../signed-token.server.ts";
import type { ComposedMessage } from "../store/sqlite/schema.server.ts";
import { buildPayload } from "./payload.server.ts";
import type { PayloadParts } from "./payload.server.ts";
import { inLanguageFolder } from "./target-links.ts";

const keyring = createKeyring([Buffer.alloc(32, 7).toString("base64")]);
const SHOP = "harbour.myshopify.com";

function buildParts(
  message: Partial<ComposedMessage> = {},
  notification: Partial<PayloadParts["notification"]> = {},
  pushService = "fcm.googleapis.com",
): PayloadParts {
  return {
    notification: {
      id: "n1",
      shop: SHOP,
      kind: "back_in_stock",
      visitorId: "phone",
      checkoutToken: null,
      targetUrl: "/products/mug?variant=1&utm_source=beckon",
      discountCode: null,
      locale: message.lang ?? "en",
      message: {
        title: "It is back",
        body: "The mug is here again",
        lang: "en",
        dir: "ltr",
        icon: "https://shop.example/icon.png",
        image: null,
        badge: null,
        actions: [],
        tag: "n1",
        renotify: false,
        requireInteraction: false,
        silent: false,
        ...message,
      },
      ...notification,
    },
    delivery: { id: "d1", visitorId: "phone" },
    subscription: { pushService, origin: "https://shop.example", proxyPath: "/apps/beckon", page: "/products/mug" },
    keyring,
  };
}

test("carries everything the service worker needs, with links on the subscription's own origin", () => {
  const { notification, ...rest } = JSON.parse(
    buildPayload(buildParts({ actions: [{ action: "see", title: "See it", url: null }] })),
  );

  expect(rest).toEqual({});
  expect(notification).toMatchObject({ title: "It is back", lang: "en", dir: "ltr", tag: "n1", renotify: false });
  expect(notification.data).toMatchObject({
    id: "n1",
    kind: "back_in_stock",
    code: null,
    url: "https://shop.example/products/mug?variant=1&utm_source=beckon",
  });
  expect(readToken(keyring, "receipt", notification.data.token)).toEqual({ d: "d1", s: SHOP });
  const go = "https://shop.example/apps/beckon/go/";
  expect(notification.navigate.startsWith(go)).toBe(true);
  expect(readToken(keyring, "go", notification.navigate.slice(go.length))).toEqual({ d: "d1", s: SHOP });
  expect(readToken(keyring, "go", notification.actions[0].navigate.slice(go.length))).toEqual({
    d: "d1",
    s: SHOP,
    a: "see",
  });
});

test("opens the target with the code applied", () => {
  const parts = buildParts({}, { discountCode: "BACK-1", targetUrl: "/products/mug?variant=1" });
  expect(JSON.parse(buildPayload(parts)).notification.data).toMatchObject({
    code: "BACK-1",
    url: "https://shop.example/discount/BACK-1?redirect=%2Fproducts%2Fmug%3Fvariant%3D1",
  });
});

test("opens the browser's own cart at once, with the code applied", () => {
  const urlWith = (discountCode: string | null) =>
    JSON.parse(buildPayload(buildParts({}, { discountCode, targetUrl: "/cart" }))).notification.data.url;

  expect(urlWith(null)).toBe("https://shop.example/cart");
  expect(urlWith("BACK-1")).toBe("https://shop.example/discount/BACK-1?redirect=%2Fcart");
});

test("stays in the language's own part of the shop", () => {
  const parts = buildParts({ lang: "ar", dir: "rtl" }, { discountCode: "BACK-1", targetUrl: "/cart" });
  parts.subscription.page = "/ar/products/mug";

  expect(JSON.parse(buildPayload(parts)).notification.data.url).toBe(
    "https://shop.example/discount/BACK-1?redirect=%2Far%2Fcart",
  );
});

test.each([
  ["/products/mug", "/ar", "ar", "/ar/products/mug"],
  ["/cart?utm_source=beckon", "/pt-br/collections/all", "pt-BR", "/pt-br/cart?utm_source=beckon"],
  ["/products/mug", "/ar/products/mug", "en", "/products/mug"],
  ["/products/mug", "/products/lamp", "en", "/products/mug"],
  ["/ar/products/mug", "/ar/products/lamp", "ar", "/ar/products/mug"],
  ["https://carrier.example/track", "/ar/", "ar", "https://carrier.example/track"],
  ["/products/mug", null, "ar", "/products/mug"],
])("%s opted in on %s in %s is %s", (target, page, language, expected) => {
  expect(inLanguageFolder(target, page, language)).toBe(expected);
});

test("leads to a cart of another device, and to a checkout, through our own page", () => {
  for (const other of [{ visitorId: "laptop" }, { checkoutToken: "c1" }]) {
    const parts = { targetUrl: "/cart", ...other };
    const plain = JSON.parse(buildPayload(buildParts({}, parts))).notification;
    expect(plain.data.url).toBe(plain.navigate);

    const withCode = JSON.parse(buildPayload(buildParts({}, { ...parts, discountCode: "BACK-1" }))).notification;
    const page = encodeURIComponent(new URL(withCode.navigate).pathname);
    expect(withCode.data.url).toBe(`https://shop.example/discount/BACK-1?redirect=${page}`);
  }
});

test("leaves a carrier's address alone", () => {
  const { notification } = JSON.parse(buildPayload(buildParts({}, { targetUrl: "https://carrier.example/track?n=1" })));
  expect(notification.data.url).toBe("https://carrier.example/track?n=1");
});

test("is declarative for Apple's hosts and for no other", () => {
  expect(JSON.parse(buildPayload(buildParts({}, {}, "web.push.apple.com")))).toMatchObject({
    web_push: 8030,
    mutable: true,
  });
  expect(JSON.parse(buildPayload(buildParts({}, {}, "updates.push.services.mozilla.com")))).not.toHaveProperty(
    "web_push",
  );
});

test("drops the picture before it shortens the words", () => {
  const image = `https://cdn.example/${"i".repeat(900)}.png`;
  const { notification } = JSON.parse(buildPayload(buildParts({ image, body: "b".repeat(2_600) })));

  expect(notification.image).toBeUndefined();
  expect(notification.body).toBe("b".repeat(2_600));
});

test("shortens the body by whole letters until the payload fits", () => {
  const payload = buildPayload(buildParts({ body: "👩‍👩‍👧‍👦".repeat(400), lang: "ar", dir: "rtl" }));

  expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  expect(Buffer.byteLength(payload)).toBeGreaterThan(MAX_PAYLOAD_BYTES - 60);
  expect(JSON.parse(payload).notification.body).toMatch(/^(👩‍👩‍👧‍👦)+…$/u);
});

test("fails clearly when nothing helps", () => {
  expect(() => buildPayload(buildParts({ title: "t".repeat(4_000) }))).toThrow(PayloadTooLargeError);
});

test("says in which language the answer to a tap is, where it is not the message's", () => {
  const button = {
    action: "quiet",
    title: "Ruhe",
    url: null,
    does: { type: "quiet", days: 7 } as const,
    done: "All right",
  };

  expect(dataOf({ lang: "fa", dir: "rtl", actions: [button] })).toMatchObject({ doneLang: "en", doneDir: "ltr" });
  expect(dataOf({ lang: "ar-EG", dir: "rtl", actions: [button] })).not.toHaveProperty("doneLang");
  expect(dataOf({ lang: "de" })).not.toHaveProperty("doneLang");
});

function dataOf(message: Partial<ComposedMessage>): object {
  const { notification } = JSON.parse(buildPayload(buildParts(message))) as { notification: { data: object } };
  return notification.data;
}
