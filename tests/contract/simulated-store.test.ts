import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemo } from "../support/start-demo.ts";
import type { Demo } from "../support/start-demo.ts";
import { ask } from "./stranger.ts";
import type { Answer } from "./stranger.ts";

// The simulated store as Shopify's storefront answers, and every command of its own interface. It knows nothing of the app's
// inside, and this test nothing of the store's.

type Cart = {
  token: string;
  item_count: number;
  total_price: number;
  original_total_price: number;
  total_discount: number;
  currency: string;
  attributes: Record<string, string>;
  items: { variant_id: number; quantity: number; key: string; properties: Record<string, string> | null }[];
};
type Webhook = { topic: string; webhookId: string; state: string };
type Product = {
  id: number;
  handle: string;
  title: string;
  variants: { id: number; price: string; available: boolean }[];
};

let demo: Demo;
let products: Product[];

beforeAll(async () => {
  demo = await startDemo();
  products = ((await ask(`${demo.store}/products.json?limit=250`, {})).json as { products: Product[] }).products;
}, 120_000);

afterAll(() => demo?.close());

/** A browser: keeps cookies, follows redirects. */
function browser() {
  const jar = new Map<string, string>();
  async function visit(path: string, init: RequestInit = {}): Promise<Answer & { path: string }> {
    let url = new URL(path, demo.store);
    let request = init;
    for (let hops = 0; hops < 8; hops++) {
      const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
      const answer = await ask(url.href, { ...request, headers: { ...(request.headers as object), cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
        jar.set(name, value);
      }
      const location = answer.headers.get("location");
      if (!location) return { ...answer, path: url.pathname };
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`${path} redirects without end`);
  }
  return {
    visit,
    post: (path: string, body: object) =>
      visit(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    cart: async () => (await visit("/cart.js")).json as unknown as Cart,
  };
}

function available(index: number): { id: number; price: string } {
  const variant = products[index]?.variants.find((one) => one.available);
  if (!variant) throw new Error(`product ${index} is sold out`);
  return variant;
}

const topics = (answer: Record<string, unknown>) => (answer["webhooks"] as Webhook[]).map(({ topic }) => topic);

describe("the storefront", () => {
  test("shows its pages, products and collections, 60 of them, in dollars and in yen", async () => {
    expect(products.length).toBeGreaterThanOrEqual(60);
    for (const path of ["/", `/products/${products[0]?.handle}`, "/collections/all", "/cart", "/admin"]) {
      const page = await browser().visit(path);
      expect(page.status, path).toBe(200);
      expect(page.headers.get("content-type")).toContain("text/html");
    }
    const product = await browser().visit(`/products/${products[0]?.handle}.js`);
    expect(product.json).toMatchObject({ id: products[0]?.id, variants: expect.any(Array), price: expect.any(Number) });
    expect((await browser().visit("/products/nothing.js")).status).toBe(404);
    expect((await browser().visit("/nothing")).status).toBe(404);
  });

  test("the AJAX cart adds, updates, changes and clears", async () => {
    const { post, cart } = browser();
    const [first, second] = [available(0), available(1)];

    expect((await cart()).item_count).toBe(0);
    const added = await post("/cart/add.js", {
      items: [{ id: first.id, quantity: 2, properties: { Engraving: "A" } }],
    });
    expect(added.status).toBe(200);
    expect((await post("/cart/add.js", { id: second.id, quantity: 1 })).json).toMatchObject({ variant_id: second.id });
    expect(await cart()).toMatchObject({ item_count: 3, currency: "USD" });
    await post("/cart/update.js", { attributes: { __beckon: "abcdefgh" }, updates: { [second.id]: 4 } });
    expect(await cart()).toMatchObject({ item_count: 6, attributes: { __beckon: "abcdefgh" } });
    await post("/cart/change.js", { id: String(second.id), quantity: 0 });
    const now = await cart();
    expect(now.items.map(({ variant_id }) => variant_id)).toEqual([first.id]);
    expect(now.items[0]?.properties).toEqual({ Engraving: "A" });
    expect(now.total_price).toBe(Math.round(Number(first.price) * 100) * 2);
    await post("/cart/clear.js", {});
    expect((await cart()).item_count).toBe(0);
  });

  test("what is sold out or unknown is refused with 422 or 404, as the AJAX cart does", async () => {
    const { post } = browser();

    expect([404, 422]).toContain((await post("/cart/add.js", { id: 1, quantity: 1 })).status);
    const gone = available(20);
    await demo.sim("inventory", { variantId: gone.id, available: 0 });
    expect((await post("/cart/add.js", { id: gone.id, quantity: 1 })).status).toBe(422);
  });

  test("a permalink fills the cart, with code and attributes, and stays in the shop only when asked to", async () => {
    const { visit, cart } = browser();
    const [first, second] = [available(2), available(3)];

    const stayed = await visit(`/cart/${first.id}:2,${second.id}:1?attributes[__beckon]=zzzzzzzz&storefront=true`);
    expect(stayed).toMatchObject({ status: 200, path: "/cart" });
    expect(await cart()).toMatchObject({ item_count: 3, attributes: { __beckon: "zzzzzzzz" } });
    const left = await browser().visit(`/cart/${first.id}:1`);
    expect(left.path).toMatch(/^\/checkouts\//);
  });

  test("a discount link that leads elsewhere than the shop leads home", async () => {
    expect((await browser().visit("/discount/NOPE?redirect=/cart")).path).toBe("/cart");
    expect((await browser().visit("/discount/NOPE?redirect=https://evil.example/")).path).toBe("/");
    expect((await browser().visit("/discount/NOPE?redirect=//evil.example/")).path).toBe("/");
  });

  test("signs what goes through the app proxy, and strips what Shopify strips", async () => {
    const config = await browser().visit("/apps/beckon/config");
    const worker = await browser().visit("/apps/beckon/sw.js");

    expect(config.status).toBe(200);
    expect(config.json).toMatchObject({
      vapidPublicKey: expect.any(String),
      prompt: expect.any(Object),
      messages: expect.any(Array),
      locale: "en",
    });
    expect(config.headers.get("cache-control")).toMatch(/max-age=\d+/);
    expect(worker.headers.get("content-type")).toContain("javascript");
    expect(worker.headers.get("service-worker-allowed")).toBeNull();
    expect(worker.text).not.toContain('addEventListener("fetch"');
  });
});

describe("its own interface", () => {
  test("inventory and price answer with the variant and tell the app", async () => {
    const { id } = available(10);
    const stocked = await demo.sim("inventory", { variantId: String(id), available: 3 });
    const priced = await demo.sim("price", { variantId: id, price: "19.90", compareAtPrice: "29.90" });

    expect(topics(stocked)).toEqual(expect.arrayContaining(["inventory_levels/update"]));
    expect(priced).toMatchObject({ price: "19.90", compare_at_price: "29.90" });
    expect(topics(priced)).toContain("products/update");
    expect((priced["webhooks"] as Webhook[]).every(({ state }) => state === "delivered")).toBe(true);
    const { handle } = products[10] ?? { handle: "" };
    expect(((await browser().visit(`/products/${handle}.js`)).json as { variants: object[] }).variants).toContainEqual(
      expect.objectContaining({ id, price: 1990, compare_at_price: 2990 }),
    );
  });

  test("orders take what is named or what the cart holds, with the cart's attributes as note attributes", async () => {
    const { post, cart } = browser();
    await post("/cart/add.js", { id: available(11).id, quantity: 2 });
    await post("/cart/update.js", { attributes: { __beckon: "qwertyui" } });
    const { token } = await cart();

    const order = await demo.sim("orders", { items: [{ variantId: available(11).id, quantity: 2 }], cartToken: token });
    expect(order).toMatchObject({
      id: expect.any(Number),
      currency: "USD",
      source_name: "web",
      cart_token: token.split("?")[0],
      note_attributes: [{ name: "__beckon", value: "qwertyui" }],
      line_items: [expect.objectContaining({ variant_id: available(11).id, quantity: 2 })],
    });
    expect(topics(order)).toEqual(expect.arrayContaining(["orders/create"]));

    const shipped = await demo.sim("fulfillments", { orderId: order["id"], status: "success", trackingNumber: "N-1" });
    expect(shipped).toMatchObject({ status: "success", tracking_number: "N-1", order_id: order["id"] });
    expect(topics(await demo.sim("fulfillments", { orderId: order["id"], status: "delivered" }))).toContain(
      "fulfillment_events/create",
    );
    const refunded = await demo.sim("refunds", { orderId: order["id"] });
    expect(refunded).toMatchObject({ order_id: order["id"] });
    expect(topics(refunded)).toContain("refunds/create");
  });

  test("a sale lowers the stock, and the till's orders are not of the web", async () => {
    const { id } = available(12);
    await demo.sim("inventory", { variantId: id, available: 5 });
    const order = await demo.sim("orders", {
      items: [{ variantId: id, quantity: 5 }],
      sourceName: "pos",
      customerId: "77001",
    });

    expect(order).toMatchObject({ source_name: "pos", customer: expect.objectContaining({ id: 77_001 }) });
    expect((await browser().post("/cart/add.js", { id, quantity: 1 })).status).toBe(422);
  });

  test("400 for a body that is wrong, 404 for what is not there, and nothing of it happens", async () => {
    const post = (path: string, body: unknown) =>
      ask(`${demo.store}/_sim/${path}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
      });

    expect((await post("inventory", "{")).status).toBe(400);
    expect((await post("inventory", {})).status).toBe(400);
    expect((await post("inventory", { variantId: "1", available: 1 })).status).toBe(404);
    expect((await post("orders", { items: [] })).status).toBe(400);
    expect((await post("fulfillments", { orderId: "1", status: "success" })).status).toBe(404);
    expect((await post("clock", { advance: "soon" })).status).toBe(400);
  });

  test("webhooks can come twice, late, in any order, or never", async () => {
    const { id } = available(13);
    const before = demo.countEvents("product_updated");
    await demo.sim("webhooks", { duplicate: 2, shuffle: true });
    await demo.sim("price", { variantId: id, price: "5.00" });
    expect(demo.countEvents("product_updated")).toBe(before + 1);

    await demo.sim("webhooks", { delayMs: 400 });
    const queued = await demo.sim("price", { variantId: id, price: "6.00" });
    expect((queued["webhooks"] as Webhook[])[0]?.state).not.toBe("delivered");
    expect(demo.countEvents("product_updated")).toBe(before + 1);
    await expect.poll(() => demo.countEvents("product_updated"), { timeout: 5_000 }).toBe(before + 2);

    await demo.sim("webhooks", { drop: 1 });
    await demo.sim("price", { variantId: id, price: "7.00" });
    expect(demo.countEvents("product_updated")).toBe(before + 2);
    await demo.sim("webhooks", {});
    await demo.sim("price", { variantId: id, price: "8.00" });
    expect(demo.countEvents("product_updated")).toBe(before + 3);
  });

  test("faults meet the app's calls, and the storefront's own when its path is named", async () => {
    await demo.sim("faults", { path: "/cart.js", status: 503, times: 1 });
    expect((await browser().visit("/cart.js")).status).toBe(503);
    expect((await browser().visit("/cart.js")).status).toBe(200);
    expect(await demo.sim("faults", { path: "/admin/", throttled: true, times: 2 })).toMatchObject({
      faults: [expect.any(Object)],
    });
    await demo.sim("faults", {});
  });
});

describe("the clock", () => {
  const reading = async (query = "") =>
    (await ask(`${demo.store}/_sim/clock${query}`, {})).json as {
      real: string;
      shop: string;
      speed: number;
      version: number;
    };
  const appTime = async () =>
    new Date(((await ask(`${demo.app}/healthz`, {})).json as { time: string }).time).getTime();

  test("is moved forward and back, and the app has followed when the answer comes", async () => {
    const before = await reading();
    expect(before).toMatchObject({ speed: 1, version: expect.any(Number) });

    const moved = (await demo.sim("clock", { advance: "P2DT3H" })) as unknown as typeof before;
    expect(moved.version).toBeGreaterThan(before.version);
    expect((await appTime()) - Date.parse(before.shop)).toBeGreaterThan(51 * 3_600_000);
    await demo.sim("clock", { advance: "-PT3H" });
    const offset = (await appTime()) - Date.parse((await reading()).real);
    expect(Math.abs(offset - 48 * 3_600_000)).toBeLessThan(3_000);
  });

  test("?after=VERSION answers when it changes", async () => {
    const { version } = await reading();
    const changed = reading(`?after=${version}`);
    await demo.sim("clock", { advance: "PT1M" });

    expect((await changed).version).toBeGreaterThan(version);
    expect((await reading("?after=0")).version).toBe((await changed).version);
  });

  test("a killed app comes back on its port with the same shop time", async () => {
    const before = await appTime();
    process.kill(demo.pids.app, "SIGKILL");
    await expect
      .poll(
        () =>
          ask(`${demo.app}/readyz`, {}).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 20_000, interval: 100 },
      )
      .toBe(200);

    const since = (await appTime()) - before;
    expect(since).toBeGreaterThan(0);
    expect(since).toBeLessThan(30_000);
  });
});

describe("uninstall", () => {
  test("takes the app out of the shop: its proxy, its webhooks, and in time its data", async () => {
    expect(topics(await demo.sim("uninstall", {}))).toEqual(["app/uninstalled"]);
    expect((await browser().visit("/apps/beckon/config")).status).toBe(404);
    expect(topics(await demo.sim("price", { variantId: available(14).id, price: "9.00" }))).toEqual([]);
    await demo.sim("clock", { advance: "PT49H" });

    await expect
      .poll(
        async () =>
          (await ask(`${demo.app}/api/v1/journeys`, { headers: { authorization: `Bearer ${demo.apiToken}` } })).status,
        { timeout: 10_000 },
      )
      .toBe(401);
    expect(demo.countEvents("product_updated")).toBe(0);
  });
});
