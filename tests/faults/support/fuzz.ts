import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { FaultWorld } from "./fault-world.ts";
import type { Random } from "./random.ts";

// Requests as nobody means them: right ones with something changed, signed after the change or before it. What is asked of
// the app is little: an answer below 500, every time, and to be as well afterwards as before.

type Signature = "proxy" | "webhook" | "key" | "none";
type Wellformed = {
  method: string;
  path: string;
  signature: Signature;
  query?: Record<string, string>;
  body?: unknown;
};
type Sent = { method: string; path: string; headers: Record<string, string>; body: Buffer | null };

const VISITOR = "abcdefghijkl";
const NOW = () => new Date().toISOString();

/** Every path a stranger can ask, with a request of the right shape. */
export function publicPaths(): Wellformed[] {
  const keys = {
    p256dh: "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    auth: "tBHItJI5svbpez7KI4CCXg",
  };
  const endpoint = "https://updates.push.services.mozilla.com/wpush/v2/abc";
  const receipt = { v: 1, token: "abc.def", type: "shown", action: null, at: NOW(), sentAt: NOW() };
  return [
    get("/proxy/sw.js", "proxy"),
    get("/proxy/config", "proxy", { locale: "en" }),
    get("/proxy/manifest.webmanifest", "proxy"),
    get("/proxy/go/abc.def", "proxy"),
    get("/proxy/recommended/abc.def", "proxy"),
    get("/proxy/preferences", "proxy", { token: "abc.def" }),
    post("/proxy/preferences", "proxy", { token: "abc.def", action: "pause" }),
    post("/proxy/subscriptions", "proxy", {
      v: 1,
      visitorId: VISITOR,
      subscription: { endpoint, expirationTime: null, keys },
      consent: { marketing: true, text: "Yes", at: NOW() },
      locale: "en",
      timezone: "Europe/Istanbul",
      page: "/products/x",
      referrer: "https://example.com/",
      utm: { source: "x", medium: "y" },
      cartToken: "c?key=1",
      linkId: "abcdefghijklmnop",
      events: [{ id: "1", type: "page_viewed", at: NOW(), data: {} }],
    }),
    post("/proxy/subscriptions/delete", "proxy", { endpoint }),
    post("/proxy/events", "proxy", {
      v: 1,
      visitorId: VISITOR,
      sentAt: NOW(),
      events: [
        {
          id: "1",
          type: "product_viewed",
          at: NOW(),
          data: { productId: "1", variantId: "2", price: 100, title: "T" },
        },
        {
          id: "2",
          type: "cart_updated",
          at: NOW(),
          data: {
            cartToken: "c",
            currency: "USD",
            total: 100,
            discounted: false,
            items: [{ productId: "1", variantId: "2", title: "T", quantity: 1, price: 100, url: "/products/x" }],
          },
        },
        { id: "3", type: "custom", at: NOW(), data: { name: "n", value: 1, properties: { a: "b" } } },
      ],
    }),
    post("/proxy/stock-alerts", "proxy", { v: 1, visitorId: VISITOR, variantId: "1", kind: "back_in_stock" }),
    post("/proxy/receipts", "proxy", receipt),
    post("/receipts", "none", receipt),
    post("/pixel/events", "none", {
      v: 1,
      shop: "beckon-demo.myshopify.com",
      linkId: "abcdefghijklmnop",
      events: [{ id: "1", type: "checkout_started", at: NOW(), checkoutToken: "k", orderId: "1", stage: "contact" }],
    }),
    post("/webhooks", "webhook", {
      id: 1,
      token: "t",
      cart_token: "t",
      name: "#1",
      email: "someone@example.com",
      currency: "USD",
      total_price: "49.00",
      created_at: NOW(),
      updated_at: NOW(),
      customer: { id: 7, first_name: "A" },
      note_attributes: [{ name: "__beckon", value: "abcdefghijklmnop" }],
      line_items: [{ product_id: 1, variant_id: 2, title: "T", quantity: 1, price: "49.00", properties: [] }],
      discount_codes: [{ code: "X", amount: "1.00" }],
      variants: [{ id: 2, price: "49.00", inventory_item_id: 3 }],
    }),
    get("/api/v1/subscribers", "key", { limit: "10" }),
    get("/api/v1/ledger", "key", { visitorId: VISITOR }),
    get("/api/v1/reports/summary", "key", { from: "2026-01-01", to: "2026-02-01" }),
    get("/api/v1/openapi.json", "none"),
    post("/api/v1/events", "key", { visitorId: VISITOR, name: "spun", value: 1, properties: { a: 1 } }),
    post("/api/v1/notifications", "key", {
      to: { visitorId: VISITOR },
      message: { title: "T {{ first_name }}", body: "B" },
    }),
    {
      method: "PUT",
      path: "/api/v1/journeys/cart_recovery",
      signature: "key",
      body: { trigger: {}, exits: [], steps: [] },
    },
    get("/app", "none", { shop: "beckon-demo.myshopify.com", host: "YWRtaW4", embedded: "1", id_token: "a.b.c" }),
    get("/app/log", "none"),
    post("/app/settings", "none", { intent: "save" }),
    get("/auth/login", "none", { shop: "beckon-demo.myshopify.com" }),
    get("/auth/callback", "none", { shop: "beckon-demo.myshopify.com", code: "x", state: "y" }),
    get("/healthz", "none"),
    get("/metrics", "none"),
    get("/assets/x.js", "none"),
  ];
}

const TOPICS = [
  "orders/create",
  "checkouts/update",
  "products/update",
  "inventory_levels/update",
  "fulfillments/update",
];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];
const NASTY: unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53 + 2,
  0.1,
  "",
  " ",
  "\u0000",
  "a\r\nset-cookie: x=1\r\n\r\n<script>",
  '{"level":"fatal","msg":"forged"}\n{"level":"fatal"}',
  "\ud800",
  "\u202e\u2066x",
  "=HYPERLINK(1)",
  "{{ 'x' | append: shop.secret }}{% for i in (1..100000000) %}x{% endfor %}",
  "</script><img src=x onerror=alert(1)>",
  "' or 1=1; drop table events; --",
  "../../../../etc/passwd",
  "http://169.254.169.254/latest/meta-data/",
  "https://127.0.0.1:22/",
  "x".repeat(70_000),
  "9".repeat(400),
  "2026-13-45T99:99:99Z",
  "+275760-09-13T00:00:00.001Z",
  "-271821-04-20T00:00:00Z",
  [],
  {},
  [[[[[[[[]]]]]]]],
  { toString: 1, valueOf: "x", length: -1, call: "x" },
];
const DEEP = "[".repeat(20_000) + "]".repeat(20_000);
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "a.b",
  "$where",
  "id",
  "shop",
];
const QUERY_VALUES = [
  "",
  "%00",
  "%",
  "%zz",
  "%ff%fe",
  "1e9",
  "-1",
  "null",
  "[]",
  "a&b=c",
  "é",
  "..%2f..%2f",
  "x".repeat(3_000),
];

/** One request, changed in one to four places. */
export function mutated(world: FaultWorld, base: Wellformed, random: Random): Sent {
  const query = new URLSearchParams(base.query);
  let { method, path } = base;
  let body: Buffer | null = base.body === undefined ? null : Buffer.from(JSON.stringify(base.body));
  const headers: Record<string, string> = { "content-type": "application/json", accept: "*/*" };
  const mutateFirst = random.next() < 0.75;
  if (!mutateFirst) sign(world, base.signature, { query, headers, body, random });

  for (let change = random.whole(1, 4); change > 0; change--) {
    switch (random.whole(0, 9)) {
      case 0:
        method = random.pick(METHODS);
        break;
      case 1:
        query.append(random.pick([...query.keys(), ...NAMES, "token", "cursor", "limit"]), random.pick(QUERY_VALUES));
        break;
      case 2:
        path = mutatedPath(path, random);
        break;
      case 3:
        headers[
          random.pick(["x-forwarded-for", "origin", "referer", "accept-language", "user-agent", "cookie", "range"])
        ] = random.pick([
          "",
          "x".repeat(4_000),
          "1.2.3.4, ::1",
          "null",
          "en;q=NaN,,,;",
          "bytes=0-0,-1",
          "{{1}}\t\u00ff",
        ]);
        break;
      case 4:
        headers[random.pick(["authorization", "idempotency-key", "if-none-match", "x-shopify-topic", "content-type"])] =
          random.pick([
            "",
            "Bearer",
            "Bearer x.y.z",
            "Basic Og==",
            "text/plain",
            "multipart/form-data",
            "\u00e9\u00ff",
            "*",
          ]);
        break;
      case 5:
        if (body && random.next() < 0.3) {
          const bomb = Buffer.alloc(random.pick([10, 1_000_000]), 0x20);
          body = random.next() < 0.5 ? gzipSync(bomb) : brotliCompressSync(bomb);
          headers["content-encoding"] = random.pick(["gzip", "br", "deflate", "gzip, gzip", "identity"]);
        }
        break;
      case 6:
        if (body && body.length > 0) {
          const copy = Buffer.from(body);
          copy[random.whole(0, copy.length - 1)] = random.whole(0, 255);
          body = random.next() < 0.5 ? copy : copy.subarray(0, random.whole(0, copy.length));
        }
        break;
      default:
        body = mutatedJson(body, random);
    }
  }
  if (mutateFirst) sign(world, base.signature, { query, headers, body, random });
  if (method === "GET" || method === "HEAD" || method === "TRACE") body = null;
  const search = query.toString();
  return { method, path: search === "" ? path : `${path}?${search}`, headers, body };
}

function mutatedPath(path: string, random: Random): string {
  const tail = random.pick([
    "/",
    "//",
    "/..",
    "/%2e%2e/%2e%2e",
    "%00",
    "/x".repeat(200),
    ";a=b",
    ".json",
    "%",
    "/%ff",
    "\\x",
  ]);
  return random.next() < 0.5 ? path + tail : path.replace(/[^/]+$/, (last) => encodeURIComponent(`${last}${tail}`));
}

/** Somewhere in the tree a value is replaced, taken away, or joined by one of a strange name. */
function mutatedJson(body: Buffer | null, random: Random): Buffer {
  if (body?.toString().startsWith(DEEP.slice(0, 20))) return body;
  if (random.next() < 0.05) return Buffer.from(DEEP);
  let tree: unknown;
  try {
    tree = JSON.parse(body?.toString() ?? "{}");
  } catch {
    return body ?? Buffer.alloc(0);
  }
  const spots: { holder: Record<string, unknown>; name: string }[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    const holder = value as Record<string, unknown>;
    for (const name of Object.keys(holder)) {
      spots.push({ holder, name });
      visit(holder[name]);
    }
  };
  visit(tree);
  if (spots.length === 0) return Buffer.from(JSON.stringify(random.pick(NASTY)) ?? "null");
  const { holder, name } = random.pick(spots);
  const choice = random.next();
  if (choice < 0.6) holder[name] = random.pick(NASTY);
  else if (choice < 0.75) delete holder[name];
  else {
    // Written as text: an assignment to __proto__ would be lost before it is sent.
    const text = JSON.stringify(tree);
    return Buffer.from(text.replace("{", `{${JSON.stringify(random.pick(NAMES))}:{"polluted":"yes"},`));
  }
  return Buffer.from(JSON.stringify(tree));
}

function sign(
  world: FaultWorld,
  signature: Signature,
  parts: { query: URLSearchParams; headers: Record<string, string>; body: Buffer | null; random: Random },
): void {
  const { query, headers, body, random } = parts;
  if (signature === "key") headers["authorization"] ??= `Bearer ${world.apiToken}`;
  if (signature === "webhook") {
    headers["x-shopify-topic"] ??= random.pick(TOPICS);
    headers["x-shopify-shop-domain"] = world.shop;
    headers["x-shopify-webhook-id"] = `fuzz-${random.whole(0, 1e9)}`;
    headers["x-shopify-triggered-at"] = random.pick([NOW(), "yesterday"]);
    headers["x-shopify-hmac-sha256"] = createHmac("sha256", world.apiSecret)
      .update(body ?? "")
      .digest("base64");
  }
  if (signature === "proxy") {
    query.set("shop", world.shop);
    query.set("path_prefix", "/apps/beckon");
    query.set("timestamp", String(Math.floor(Date.now() / 1000)));
    query.set("logged_in_customer_id", random.pick(["", "7"]));
    const values = new Map<string, string[]>();
    for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
    const message = [...values].map(([name, given]) => `${name}=${given.join(",")}`);
    message.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    query.set("signature", createHmac("sha256", world.apiSecret).update(message.join("")).digest("hex"));
  }
}

export type FuzzReport = {
  paths: number;
  requests: number;
  statuses: string[];
  bytesGrown: number;
  /** Answers of 500 and above, and requests without an answer, with what was sent. */
  lost: string[];
};

/** So many changed requests for each public path, sixteen at a time. */
export async function fuzz(world: FaultWorld, random: Random, perPath: number): Promise<FuzzReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const paths = publicPaths();
  const counts = new Map<number, number>();
  const lost: string[] = [];
  const { hostname, port } = new URL(world.app);
  const pid = world.pid();
  const before = residentBytes(pid);

  const requests = paths.flatMap((base) => Array.from({ length: perPath }, () => base));
  const work = async () => {
    for (let base = requests.pop(); base; base = requests.pop()) {
      const sent = mutated(world, base, random);
      const answer = await ask(agent, hostname, Number(port), sent);
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500 || answer.status === 0 || answer.text.includes('"polluted"')) {
        const { method, path, headers, body } = sent;
        const what = {
          status: answer.status,
          method,
          path: path.slice(0, 300),
          headers,
          body: body?.toString("utf8", 0, 600),
        };
        lost.push(JSON.stringify({ ...what, answer: answer.text.slice(0, 200) }));
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  agent.destroy();
  if (world.pid() !== pid) lost.push("the app died");
  return {
    paths: paths.length,
    requests: paths.length * perPath,
    statuses: [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`),
    bytesGrown: residentBytes(pid) - before,
    lost,
  };
}

function ask(agent: Agent, host: string, port: number, sent: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const { method, path, headers, body } = sent;
    const failed = (error: Error) => resolve({ status: 0, text: String(error) });
    try {
      const length = body ? { "content-length": String(body.length) } : {};
      const outgoing = request({ agent, host, port, method, path, headers: { ...headers, ...length } }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", failed);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      });
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error("no answer within 30 s")));
      outgoing.on("error", failed);
      outgoing.end(body ?? undefined);
    } catch (error) {
      // Node's own client refuses to send it.
      resolve({ status: 400, text: String(error) });
    }
  });
}

function residentBytes(pid: number): number {
  const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(pages ?? 0) * 1_024;
}

function get(path: string, signature: Signature, query?: Record<string, string>): Wellformed {
  return { method: "GET", path, signature, ...(query && { query }) };
}

function post(path: string, signature: Signature, body: unknown): Wellformed {
  return { method: "POST", path, signature, body };
}
