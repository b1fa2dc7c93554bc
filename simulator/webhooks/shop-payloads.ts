import { toDecimal } from "../money.ts";
import { totalQuantity, variantsOf } from "../state.ts";
import type { Customer, Product, Shop, SimState, Variant } from "../state.ts";
import { customerShape, gid, localTime, numeric } from "./shapes.ts";

/** products/create and products/update. */
export function productPayload(state: SimState, origin: string, product: Product): object {
  const time = (at: Date | null): string | null => (at ? localTime(at, state.shop.ianaTimezone) : null);
  const variants = variantsOf(state, product);
  const image = {
    id: numeric(product.image.id),
    alt: product.image.alt,
    position: 1,
    product_id: numeric(product.id),
    created_at: time(product.createdAt),
    updated_at: time(product.createdAt),
    admin_graphql_api_id: gid("ProductImage", product.image.id),
    width: product.image.width,
    height: product.image.height,
    src: origin + product.image.path,
    variant_ids: [],
  };
  return {
    admin_graphql_api_id: gid("Product", product.id),
    body_html: product.bodyHtml,
    created_at: time(product.createdAt),
    handle: product.handle,
    id: numeric(product.id),
    product_type: product.productType,
    published_at: time(product.publishedAt),
    template_suffix: null,
    title: product.title,
    updated_at: time(product.updatedAt),
    vendor: product.vendor,
    status: product.status,
    published_scope: "web",
    tags: product.tags.join(", "),
    variants: variants.slice(0, 100).map((variant) => variantPayload(state, variant)),
    options: product.options.map((option, index) => ({
      name: option.name,
      id: numeric(product.id) * 10 + index,
      product_id: numeric(product.id),
      position: index + 1,
      values: option.values,
    })),
    images: [image],
    image,
    media: [
      {
        id: numeric(product.image.id),
        product_id: numeric(product.id),
        position: 1,
        created_at: time(product.createdAt),
        updated_at: time(product.createdAt),
        alt: product.image.alt,
        status: "READY",
        media_content_type: "IMAGE",
        preview_image: { width: product.image.width, height: product.image.height, src: image.src, status: "READY" },
        variant_ids: [],
        admin_graphql_api_id: gid("MediaImage", product.image.id),
      },
    ],
    variant_gids: variants
      .toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
      .map((variant) => ({
        admin_graphql_api_id: gid("ProductVariant", variant.id),
        updated_at: variant.updatedAt.toISOString(),
      })),
    has_variants_that_requires_components: false,
    category: null,
  };
}

/** A variant inside products/*. */
export function variantPayload(state: SimState, variant: Variant): object {
  const { currency, ianaTimezone } = state.shop;
  return {
    admin_graphql_api_id: gid("ProductVariant", variant.id),
    barcode: null,
    compare_at_price: variant.compareAtPrice === null ? null : toDecimal(variant.compareAtPrice, currency),
    created_at: localTime(variant.createdAt, ianaTimezone),
    id: numeric(variant.id),
    inventory_policy: variant.inventoryPolicy,
    position: variant.position,
    price: toDecimal(variant.price, currency),
    product_id: numeric(variant.productId),
    sku: variant.sku,
    taxable: true,
    title: variant.title,
    updated_at: localTime(variant.updatedAt, ianaTimezone),
    option1: variant.options[0] ?? null,
    option2: variant.options[1] ?? null,
    option3: variant.options[2] ?? null,
    image_id: null,
    inventory_item_id: numeric(variant.inventoryItemId),
    inventory_quantity: totalQuantity(variant),
    old_inventory_quantity: variant.previousQuantity,
  };
}

/** inventory_levels/update: one location, no variant, no earlier quantity. */
export function inventoryLevelPayload(state: SimState, variant: Variant, locationId: string): object {
  return {
    inventory_item_id: numeric(variant.inventoryItemId),
    location_id: numeric(locationId),
    available: variant.tracked ? (variant.available.get(locationId) ?? 0) : null,
    updated_at: localTime(variant.updatedAt, state.shop.ianaTimezone),
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${locationId}?inventory_item_id=${variant.inventoryItemId}`,
  };
}

/** customers/create and customers/update: no tags, no consent, no order count. */
export function customerPayload(state: SimState, customer: Customer): object {
  const shape = customerShape(state.shop, customer);
  return { ...shape, addresses: "default_address" in shape ? [shape.default_address] : [] };
}

/** customers/data_request and customers/redact. */
export function privacyPayload(
  state: SimState,
  customer: Customer,
  field: "orders_requested" | "orders_to_redact",
): object {
  const orders = [...state.orders.values()].filter((order) => order.customerId === customer.id);
  return {
    shop_id: numeric(state.shop.id),
    shop_domain: state.shop.domain,
    customer: { id: numeric(customer.id), email: customer.email, phone: customer.phone },
    [field]: orders.map((order) => numeric(order.id)),
    ...(field === "orders_requested" && { data_request: { id: numeric(customer.id) + 9000 } }),
  };
}

/** shop/redact */
export function shopRedactPayload(state: SimState): object {
  return { shop_id: numeric(state.shop.id), shop_domain: state.shop.domain };
}

/** app/uninstalled and shop/update: the whole shop. */
export function shopPayload(shop: Shop, now: Date): object {
  const createdAt = localTime(shop.createdAt, shop.ianaTimezone);
  return {
    id: numeric(shop.id),
    name: shop.name,
    email: shop.email,
    domain: shop.domain,
    province: "New York",
    country: shop.country,
    address1: "41 Juniper Lane",
    zip: "10003",
    city: "New York",
    source: null,
    phone: null,
    latitude: null,
    longitude: null,
    primary_locale: shop.locales.find((locale) => locale.primary)?.locale ?? "en",
    address2: null,
    created_at: createdAt,
    updated_at: localTime(now, shop.ianaTimezone),
    country_code: shop.country,
    country_name: "United States",
    currency: shop.currency,
    customer_email: shop.email,
    timezone: "(GMT-05:00) America/New_York",
    iana_timezone: shop.ianaTimezone,
    shop_owner: "Juniper Oakes",
    money_format: "${{amount}}",
    money_with_currency_format: "${{amount}} USD",
    weight_unit: "kg",
    province_code: "NY",
    taxes_included: false,
    auto_configure_tax_inclusivity: null,
    tax_shipping: null,
    county_taxes: null,
    plan_display_name: shop.planName,
    plan_name: shop.planName.toLowerCase(),
    has_discounts: true,
    has_gift_cards: false,
    myshopify_domain: shop.domain,
    google_apps_domain: null,
    google_apps_login_enabled: null,
    money_in_emails_format: "${{amount}}",
    money_with_currency_in_emails_format: "${{amount}} USD",
    eligible_for_payments: true,
    requires_extra_payments_agreement: false,
    password_enabled: false,
    has_storefront: true,
    finances: true,
    primary_location_id: 81230001001,
    checkout_api_supported: true,
    multi_location_enabled: true,
    setup_required: false,
    pre_launch_enabled: false,
    enabled_presentment_currencies: shop.presentmentCurrencies,
    marketing_sms_consent_enabled_at_checkout: false,
    transactional_sms_disabled: false,
  };
}
