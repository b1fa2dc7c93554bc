import { randomBytes } from "node:crypto";
import { priceCart } from "../commerce/carts.ts";
import type { PricedCode, PricedLine } from "../commerce/pricing.ts";
import { toHundredths } from "../money.ts";
import type { Sim } from "../sim.ts";
import { titleIn } from "../state.ts";
import type { Cart } from "../state.ts";
import { formatMoney } from "./money.ts";
import { productDrop, variantDrop } from "./product-drops.ts";
import type { Visit } from "./visit.ts";

/** `token?key=secret`: how the browser names its cart. The key opens the cart and never appears in a webhook. */
export function cartCookieValue(cart: Cart): string {
  return `${cart.token}?key=${cart.secret}`;
}

/** The cart as GET /cart.js gives it. Money is in hundredths of the cart's currency. */
export function cartJson(sim: Sim, visit: Visit) {
  const { cart } = visit;
  if (!cart) return emptyCartJson(visit);

  const basket = priceCart(sim, cart);
  const money = (minor: number) => toHundredths(minor, cart.currency);
  const items = basket.lines.map((line) => lineJson(sim, visit, line, basket.codes, money));
  const cartLevel = basket.codes.filter((code) => code.isApplicable && !isLineLevel(code) && code.type !== "shipping");
  const itemsDiscount = money(basket.itemsDiscount);

  return {
    token: cartCookieValue(cart),
    note: cart.note,
    attributes: cart.attributes,
    original_total_price: money(basket.itemsTotal),
    total_price: money(basket.subtotal),
    total_discount: itemsDiscount,
    total_weight: basket.lines.reduce((sum, line) => sum + line.variant.grams * line.item.quantity, 0),
    item_count: basket.itemCount,
    items,
    requires_shipping: basket.lines.some((line) => line.variant.grams > 0),
    currency: cart.currency,
    items_subtotal_price: items.reduce((sum, item) => sum + item.final_line_price, 0),
    cart_level_discount_applications: cartLevel.map((code) => applicationJson(code, money)),
    discount_codes: basket.codes.map((code) => ({ code: code.code, applicable: code.isApplicable })),
  };
}

/** The cart as Liquid knows it: the same figures, with products and variants. */
export function cartDrop(sim: Sim, visit: Visit) {
  const json = cartJson(sim, visit);
  const items = json.items.map((item) => {
    const variant = sim.state.variants.get(String(item.variant_id));
    const product = variant && sim.state.products.get(variant.productId);
    return {
      ...item,
      product: product ? productDrop(sim, visit, product) : null,
      variant: product && variant ? variantDrop(sim, visit, product, variant) : null,
    };
  });
  return {
    ...json,
    items,
    currency: { iso_code: json.currency, symbol: formatMoney(0, json.currency).slice(0, 1), name: json.currency },
    empty: json.item_count === 0,
    taxes_included: true,
  };
}

function emptyCartJson(visit: Visit) {
  return {
    // Nobody's yet: another one at each call, until something is put in.
    token: `hWN${randomBytes(14).toString("hex")}?key=${randomBytes(16).toString("hex")}`,
    note: "",
    attributes: {} as Record<string, string>,
    original_total_price: 0,
    total_price: 0,
    total_discount: 0,
    total_weight: 0,
    item_count: 0,
    items: [] as ReturnType<typeof lineJson>[],
    requires_shipping: false,
    currency: visit.currency,
    items_subtotal_price: 0,
    cart_level_discount_applications: [] as ReturnType<typeof applicationJson>[],
    discount_codes: [] as { code: string; applicable: boolean }[],
  };
}

function lineJson(sim: Sim, visit: Visit, line: PricedLine, codes: PricedCode[], money: (minor: number) => number) {
  const { item, variant, product } = line;
  const isDefault = variant.title === "Default Title";
  const title = titleIn(visit.locale, product);
  const lineLevel = line.allocations.filter((allocation) =>
    codes.some((code) => code.code === allocation.code && isLineLevel(code)),
  );
  const discount = money(lineLevel.reduce((sum, allocation) => sum + allocation.amount, 0));
  const lineTotal = money(line.lineTotal);
  const finalLine = lineTotal - discount;
  const finalPrice = Math.round(finalLine / item.quantity);
  const price = money(line.unitPrice);
  const image = product.image;
  // Absolute, as Shopify's are.
  const imageUrl = `${sim.origin}${image.path}`;

  return {
    id: Number(variant.id),
    properties: item.properties,
    quantity: item.quantity,
    variant_id: Number(variant.id),
    key: item.key,
    title: isDefault ? title : `${title} - ${variant.title}`,
    price,
    original_price: price,
    presentment_price: price / 100,
    discounted_price: finalPrice,
    line_price: lineTotal,
    original_line_price: lineTotal,
    total_discount: discount,
    discounts: lineLevel.map((allocation) => ({ amount: money(allocation.amount), title: allocation.code })),
    sku: variant.sku,
    grams: variant.grams,
    vendor: product.vendor,
    taxable: true,
    product_id: Number(product.id),
    product_has_only_default_variant: isDefault,
    gift_card: false,
    final_price: finalPrice,
    final_line_price: finalLine,
    url: `${visit.folder}/products/${product.handle}?variant=${variant.id}`,
    featured_image: {
      aspect_ratio: image.width / image.height,
      alt: image.alt,
      height: image.height,
      url: imageUrl,
      width: image.width,
    },
    image: imageUrl,
    handle: product.handle,
    requires_shipping: variant.grams > 0,
    product_type: product.productType,
    product_title: title,
    product_description: product.bodyHtml.replace(/<[^>]+>/g, ""),
    variant_title: isDefault ? null : variant.title,
    variant_options: variant.options,
    options_with_values: product.options.map((option, index) => ({
      name: option.name,
      value: variant.options[index] ?? "",
    })),
    line_level_discount_allocations: lineLevel.map((allocation) => ({
      amount: money(allocation.amount),
      discount_application: { type: "discount_code", key: allocation.code, title: allocation.code },
    })),
    line_level_total_discount: discount,
    has_components: false,
  };
}

function applicationJson(code: PricedCode, money: (minor: number) => number) {
  const value = code.discount?.value;
  const isPercentage = value?.type === "percentage";
  return {
    type: "discount_code",
    key: code.code,
    title: code.code,
    value: isPercentage ? (value.percentage * 100).toFixed(1) : String(money(code.amount)),
    value_type: isPercentage ? "percentage" : "fixed_amount",
    target_selection: "all",
    target_type: "line_item",
    allocation_method: "across",
    total_allocated_amount: money(code.amount),
  };
}

// A discount on certain products lowers their lines; one on the whole order stands below them.
function isLineLevel({ discount }: PricedCode): boolean {
  if (!discount || discount.kind === "free_shipping") return false;
  return discount.items !== null || (discount.value.type === "amount" && discount.value.appliesOnEachItem);
}
