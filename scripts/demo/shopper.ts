import { randomBytes } from "node:crypto";

const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/** A shopper at the storefront who does by HTTP what the browser and our embed would do: same paths, same bodies, cookies. */
export class Shopper {
  readonly #store: string;
  readonly #cookies = new Map<string, string>();
  visitorId = randomBytes(12).toString("base64url");
  readonly linkId = randomBytes(12).toString("base64url");

  constructor(store: string) {
    this.#store = store;
  }

  /** One request with this shopper's cookies; redirects are followed as a browser does. */
  async visit(path: string, init: RequestInit = {}): Promise<Response> {
    let url = new URL(path, this.#store);
    for (let hops = 0; hops < 10; hops++) {
      const response = await fetch(url, {
        ...init,
        redirect: "manual",
        signal: AbortSignal.timeout(15_000),
        headers: {
          "user-agent": USER_AGENT,
          "accept-language": "en",
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
          ...(init.headers as Record<string, string> | undefined),
        },
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const at = pair.indexOf("=");
        this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || !location) return response;
      await response.body?.cancel();
      url = new URL(location, url);
      init = { method: "GET" };
    }
    throw new Error(`${path} redirects without end`);
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await this.visit(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  async cart(): Promise<Cart> {
    return (await (await this.visit("/cart.js")).json()) as Cart;
  }

  /** Puts a variant into the cart, ties the cart to this visitor as the embed does, and tells the app. */
  async addToCart(variantId: string, quantity: number): Promise<Cart> {
    await this.post("/cart/add.js", { items: [{ id: Number(variantId), quantity }] });
    await this.post("/cart/update.js", { attributes: { __beckon: this.linkId } });
    const cart = await this.cart();
    await this.tell([{ type: "cart_updated", data: cartData(cart) }]);
    return cart;
  }

  async tell(events: { type: string; data: Record<string, unknown> }[]): Promise<void> {
    const now = new Date().toISOString();
    await this.post("/apps/beckon/events", {
      v: 1,
      visitorId: this.visitorId,
      sentAt: now,
      events: events.map(({ type, data }) => ({ id: randomBytes(12).toString("base64url"), type, at: now, data })),
    });
  }
}

export type Cart = {
  token: string;
  currency: string;
  total_price: number;
  original_total_price: number;
  total_discount: number;
  items: {
    variant_id: number;
    product_id: number;
    product_title: string;
    variant_title: string | null;
    quantity: number;
    price: number;
    image: string | null;
    url: string;
  }[];
};

function cartData(cart: Cart): Record<string, unknown> {
  return {
    cartToken: cart.token.split("?")[0],
    currency: cart.currency,
    total: cart.total_price,
    discounted: cart.total_discount > 0,
    items: cart.items.map((item) => ({
      productId: String(item.product_id),
      variantId: String(item.variant_id),
      title: item.product_title,
      variantTitle: item.variant_title,
      quantity: item.quantity,
      price: item.price,
      image: item.image,
      url: item.url,
      properties: null,
      sellingPlanId: null,
    })),
  };
}
