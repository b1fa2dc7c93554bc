import { createHash, createHmac, randomBytes } from "node:crypto";

export const SHOP = "bench.myshopify.com";
export const API_SECRET = "bench-secret";

/** A checkout as Shopify sends it when the shopper goes on: about 6 kB, of which the app reads a part. */
export function checkoutBody(checkout: number, step: number): Buffer {
  const token = createHash("md5").update(`checkout ${checkout}`).digest("hex");
  const at = new Date(Date.now() + step).toISOString();
  const address = {
    first_name: "Nora",
    last_name: "Example",
    address1: "12 Harbour Street",
    address2: null,
    city: "Oslo",
    zip: "0150",
    province: null,
    country: "Norway",
    country_code: "NO",
    latitude: 59.91,
    longitude: 10.75,
    phone: null,
    company: null,
    name: "Nora Example",
  };
  const lines = Array.from({ length: 3 }, (_, index) => ({
    key: createHash("md5").update(`${token}${index}`).digest("hex"),
    product_id: 8_000_000_000_000 + index,
    variant_id: 44_000_000_000_000 + ((checkout + index) % 500),
    title: `Trail Running Jacket ${index}`,
    presentment_title: `Trail Running Jacket ${index}`,
    variant_title: "Medium / Green",
    presentment_variant_title: "Medium / Green",
    quantity: 1 + (step % 3),
    price: "129.00",
    line_price: "129.00",
    compare_at_price: null,
    sku: `TRJ-${index}-M-GREEN`,
    vendor: "Harbour",
    grams: 420,
    requires_shipping: true,
    taxable: true,
    gift_card: false,
    fulfillment_service: "manual",
    destination_location_id: 4_100_000_000_000,
    origin_location_id: 4_200_000_000_000,
    applied_discounts: [],
    discount_allocations: [],
    tax_lines: [{ price: "25.80", rate: 0.25, title: "VAT", channel_liable: false }],
    properties: {},
  }));
  const checkoutJson = {
    token,
    cart_token: createHash("md5").update(`cart ${checkout}`).digest("hex"),
    email: "nora@example.com",
    gateway: null,
    buyer_accepts_marketing: false,
    created_at: new Date(Date.now() - 60_000).toISOString(),
    updated_at: at,
    landing_site: "/products/trail-running-jacket",
    note: null,
    note_attributes: [{ name: "__beckon", value: linkIdOf(checkout) }],
    referring_site: "",
    shipping_lines: [],
    taxes_included: true,
    total_weight: 1260,
    currency: "USD",
    completed_at: null,
    phone: null,
    customer_locale: "en-NO",
    line_items: lines,
    name: `#${40_000_000_000_000 + checkout}`,
    abandoned_checkout_url: `https://bench.myshopify.com/70000000/checkouts/ac/${token}/recover?key=${token}&locale=en-NO`,
    discount_codes: [],
    tax_lines: [{ price: "77.40", rate: 0.25, title: "VAT", channel_liable: false }],
    source_name: "web",
    presentment_currency: "USD",
    buyer_accepts_sms_marketing: false,
    total_discounts: "0.00",
    total_line_items_price: "387.00",
    total_price: "387.00",
    total_tax: "77.40",
    subtotal_price: "387.00",
    total_duties: null,
    billing_address: address,
    shipping_address: address,
    customer: null,
    reservation_token: randomBytes(16).toString("hex"),
    filler: "",
  };
  const size = Buffer.byteLength(JSON.stringify(checkoutJson));
  return Buffer.from(JSON.stringify({ ...checkoutJson, filler: "x".repeat(Math.max(0, 6_000 - size)) }));
}

/** The page script's id in the cart, by which a checkout finds its visitor. */
export function linkIdOf(checkout: number): string {
  return `bench-link-${String(checkout).padStart(8, "0")}`;
}

export function visitorIdOf(checkout: number): string {
  return `bench-visitor-${String(checkout).padStart(8, "0")}`;
}

/** The whole request, signed, as it goes over the wire. */
export function webhookRequest(path: string, id: string, body: Buffer): Buffer {
  const hmac = createHmac("sha256", API_SECRET).update(body).digest("base64");
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    "User-Agent: Shopify-Captain-Hook",
    "Accept: */*",
    "X-Shopify-Topic: checkouts/update",
    `X-Shopify-Shop-Domain: ${SHOP}`,
    "X-Shopify-Api-Version: 2026-10",
    `X-Shopify-Webhook-Id: ${id}`,
    `X-Shopify-Hmac-Sha256: ${hmac}`,
    `X-Shopify-Triggered-At: ${new Date().toISOString()}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}
