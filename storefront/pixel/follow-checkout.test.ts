import { afterEach, expect, test, vi } from "vitest";
import { followCheckout } from "./follow-checkout.ts";
import type { PixelApi, PixelEvent } from "./pixel-api.ts";

const LINK = { key: "__beckon", value: "b1946ac9-2b5f-4d3e-9d4e-0a1b2c3d4e5f" };

type Sent = { url: string; body: { linkId: string; shop: string; events: { stage: string; type: string }[] } };

/** Shopify's sandbox, and what leaves it. */
function buildPixel(given: { marketing?: boolean; attributes?: { key: string; value: string }[] } = {}) {
  const listeners = new Map<string, (event: PixelEvent) => void>();
  const sent: Sent[] = [];
  let setConsent: ((marketingAllowed: boolean) => void) | undefined;
  vi.stubGlobal("fetch", (url: string, init: { body: string }) => {
    sent.push({ url, body: JSON.parse(init.body) as Sent["body"] });
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  const api: PixelApi = {
    analytics: { subscribe: (name, listener) => listeners.set(name, listener) },
    settings: { app_url: "https://app.example" },
    init: {
      data: { shop: { myshopifyDomain: "fern.myshopify.com" }, cart: { attributes: given.attributes ?? [LINK] } },
      customerPrivacy: { marketingAllowed: given.marketing ?? true },
    },
    customerPrivacy: {
      subscribe: (_name, listener) => {
        setConsent = (marketingAllowed) => listener({ customerPrivacy: { marketingAllowed } });
      },
    },
  };
  followCheckout(api);
  const fire = (name: string, checkout: PixelEvent["data"]["checkout"] = { token: "co1" }) =>
    listeners.get(name)!({ id: `e-${name}`, timestamp: "2026-11-21T10:00:00.000Z", data: { checkout } });
  return { sent, fire, consent: (marketing: boolean) => setConsent!(marketing) };
}

afterEach(() => vi.unstubAllGlobals());

test("tells the app each stage of a linked cart's checkout", () => {
  const { sent, fire } = buildPixel();

  fire("checkout_started");
  fire("checkout_contact_info_submitted");
  fire("payment_info_submitted");
  fire("checkout_completed", { token: "co1", order: { id: "123" } });

  expect(sent.map(({ body }) => body.events[0]!.stage)).toEqual(["contact", "shipping", "payment", "completed"]);
  expect(sent[0]!.url).toBe("https://app.example/pixel/events");
  expect(sent[3]!.body).toMatchObject({
    v: 1,
    shop: "fern.myshopify.com",
    linkId: LINK.value,
    events: [
      {
        id: "e-checkout_completed",
        type: "checkout_completed",
        at: "2026-11-21T10:00:00.000Z",
        checkoutToken: "co1",
        orderId: "123",
        stage: "completed",
      },
    ],
  });
});

test("takes the link from the checkout itself when the cart is no longer known", () => {
  const { sent, fire } = buildPixel({ attributes: [] });

  fire("checkout_started", { token: "co1", attributes: [LINK] });

  expect(sent[0]!.body.linkId).toBe(LINK.value);
});

test("says nothing of carts that were never linked", () => {
  const { sent, fire } = buildPixel({ attributes: [{ key: "gift", value: "yes" }] });

  fire("checkout_started");

  expect(sent).toEqual([]);
});

test("is silent where marketing is not allowed, and as soon as it no longer is", () => {
  const { sent, fire, consent } = buildPixel({ marketing: false });

  fire("checkout_started");
  consent(true);
  fire("checkout_contact_info_submitted");
  consent(false);
  fire("checkout_completed");

  expect(sent.map(({ body }) => body.events[0]!.type)).toEqual(["checkout_contact_info_submitted"]);
});
