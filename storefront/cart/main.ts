// Loaded when the cart has changed: tells the app what is in it, and ties it to this browser.

const { Beckon } = window;

type CartLine = {
  key: string;
  product_id: number;
  variant_id: number;
  product_title: string;
  variant_title: string | null;
  quantity: number;
  final_price: number;
  image: string | null;
  url: string;
  properties: Record<string, unknown> | null;
  selling_plan_allocation?: { selling_plan: { id: number } };
};

type Cart = {
  token: string;
  item_count: number;
  total_price: number;
  total_discount: number;
  currency: string;
  attributes: Record<string, unknown>;
  items: CartLine[];
};

// One after the other: two at once would both find the attribute missing and both write it.
let working: Promise<void> = Promise.resolve();

/** Lines that are told: a request may have 64 KB. */
const MAX_LINES = 80;

/** A cart that cannot be read now is read at the next change. */
function inTurn(work: () => Promise<void>): () => Promise<void> {
  return () => (working = working.then(work).catch(() => undefined));
}

Beckon.cart = { report: inTurn(report), link: inTurn(async () => link(await fetchCart())) };

function textsOf(properties: Record<string, unknown> | null): Record<string, string> | null {
  const given = Object.entries(properties ?? {}).filter(([, value]) => value !== null && value !== "");
  if (!given.length) return null;
  return Object.fromEntries(given.map(([name, value]) => [name.slice(0, 100), String(value).slice(0, 500)]));
}

async function fetchCart(): Promise<Cart> {
  return (await fetch(Beckon.page.root + "cart.js")).json();
}

/** Reports the cart if it is not the one that was reported last, and links it to this browser. */
async function report(): Promise<void> {
  const cart = await fetchCart();
  const { currency, items } = cart;
  // An empty cart has another token each time it is asked.
  const cartToken = items.length ? cart.token.split("?")[0] : Beckon.read().cartToken;
  const seen = items.map((item) => item.key + item.quantity) + ":" + cart.total_price;
  if (cartToken && seen !== Beckon.read().cart) {
    Beckon.save({ cart: seen, cartToken, cartSize: `${cart.item_count}:${cart.total_price}` });
    Beckon.track(
      "cart_updated",
      {
        cartToken,
        currency,
        total: Beckon.minorUnits(cart.total_price, currency),
        discounted: cart.total_discount > 0,
        items: items.slice(0, MAX_LINES).map((item) => ({
          productId: `${item.product_id}`,
          variantId: `${item.variant_id}`,
          title: item.product_title,
          variantTitle: item.variant_title,
          quantity: item.quantity,
          price: Beckon.minorUnits(item.final_price, currency),
          image: item.image,
          url: item.url,
          properties: textsOf(item.properties),
          sellingPlanId: item.selling_plan_allocation ? `${item.selling_plan_allocation.selling_plan.id}` : null,
        })),
      },
      true,
    );
  }
  await link(cart);
}

/** The private attribute is what ties a signed order to this browser. A theme that rewrites attributes may drop it. */
async function link({ items, attributes }: Cart): Promise<void> {
  if (!items.length || attributes.__beckon) return;
  if (!Beckon.read().linkId) Beckon.save({ linkId: Beckon.randomId() });
  await fetch(Beckon.page.root + "cart/update.js?beckon", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ attributes: { __beckon: Beckon.read().linkId } }),
  });
}
