import type { Sim } from "../sim.ts";
import { collectionByHandle, findCode, productByHandle } from "../state.ts";
import type { Product } from "../state.ts";
import { gid } from "../webhooks/shapes.ts";
import {
  createWebhook,
  deleteWebPixel,
  deleteWebhook,
  installationView,
  metafieldsDelete,
  metafieldsSet,
  saveWebPixel,
  webPixelView,
  webhookView,
  webhooksConnection,
} from "./app-resolvers.ts";
import type { MetafieldInput, WebhookInput } from "./app-resolvers.ts";
import { connection } from "./connection.ts";
import type { PageArguments } from "./connection.ts";
import {
  bulkAddCodes,
  bulkDeleteCodes,
  createDiscount,
  deleteDiscount,
  findBulkCreation,
  setDeactivated,
  updateDiscount,
} from "./discount-mutations.ts";
import type { DiscountInput } from "./discount-mutations.ts";
import { discountNodeView, discountNodesConnection } from "./discount-views.ts";
import { digits, invalidId, parseGid } from "./ids.ts";
import {
  abandonedCheckoutsConnection,
  customerView,
  customersConnection,
  fulfillmentView,
  orderView,
  ordersConnection,
} from "./order-views.ts";
import {
  collectionView,
  inventoryItemView,
  locationView,
  productView,
  productsConnection,
  variantView,
  variantsConnection,
} from "./product-views.ts";

type Search = PageArguments & { query?: string | null; sortKey?: string | null };
type ById = { id: string };

/** Root values of queries and mutations: one function per root field. */
export function rootValue(sim: Sim): object {
  return { ...queries(sim), ...mutations(sim) };
}

function queries(sim: Sim): object {
  const { state } = sim;
  return {
    shop: () => shopView(sim),
    shopLocales: ({ published }: { published?: boolean | null }) =>
      state.shop.locales.filter((locale) => !published || locale.published),
    currentAppInstallation: () => installationView(sim),
    product: ({ id }: ById) => nodeView(sim, id, "Product"),
    productByIdentifier: ({ identifier }: { identifier: { id?: string | null; handle?: string | null } }) => {
      if (identifier.id) return nodeView(sim, identifier.id, "Product");
      const product: Product | null = identifier.handle ? productByHandle(state, identifier.handle) : null;
      return product && productView(sim, product);
    },
    products: (args: Search) => productsConnection(sim, args),
    productVariant: ({ id }: ById) => nodeView(sim, id, "ProductVariant"),
    productVariants: (args: Search) => variantsConnection(sim, args),
    inventoryItem: ({ id }: ById) => nodeView(sim, id, "InventoryItem"),
    collection: ({ id }: ById) => nodeView(sim, id, "Collection"),
    collections: (args: Search) => {
      const handle = /^handle:["']?([^"']+)/.exec(args.query ?? "")?.[1];
      const only = handle ? collectionByHandle(state, handle) : null;
      const found = handle ? (only ? [only] : []) : state.collections;
      return connection(
        found,
        args,
        (one) => collectionView(sim, one),
        (one) => one.id,
      );
    },
    locations: (args: PageArguments) =>
      connection(
        state.locations,
        args,
        (one) => locationView(sim, one),
        (one) => one.id,
      ),
    customer: ({ id }: ById) => nodeView(sim, id, "Customer"),
    customers: (args: Search) => customersConnection(sim, args),
    order: ({ id }: ById) => nodeView(sim, id, "Order"),
    orders: (args: Search) => ordersConnection(sim, args),
    abandonedCheckouts: (args: Search) => abandonedCheckoutsConnection(sim, args),
    codeDiscountNode: ({ id }: ById) => nodeView(sim, id, "DiscountCodeNode"),
    codeDiscountNodes: (args: Search) => discountNodesConnection(sim, args),
    codeDiscountNodeByCode: ({ code }: { code: string }) => {
      const found = findCode(state, code);
      return found && discountNodeView(sim, found.discount);
    },
    discountRedeemCodeBulkCreation: ({ id }: ById) => findBulkCreation(sim, id),
    job: ({ id }: ById) => ({ id, done: true }),
    node: ({ id }: ById) => nodeView(sim, id, null),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => nodeView(sim, id, null)),
    webPixel: ({ id }: { id?: string | null }) =>
      id && digits("WebPixel", id) !== state.webPixel?.id ? null : webPixelView(sim),
    webhookSubscription: ({ id }: ById) => nodeView(sim, id, "WebhookSubscription"),
    webhookSubscriptions: (args: PageArguments & { topics?: string[] | null; uri?: string | null }) =>
      webhooksConnection(sim, args),
  };
}

function mutations(sim: Sim): object {
  const asNode = (made: ReturnType<typeof createDiscount>): object => ({
    codeDiscountNode: made.node && discountNodeView(sim, made.node),
    userErrors: made.userErrors,
  });
  return {
    discountCodeBasicCreate: ({ basicCodeDiscount }: { basicCodeDiscount: DiscountInput }) =>
      asNode(createDiscount(sim, "basic", basicCodeDiscount, "basicCodeDiscount")),
    discountCodeBasicUpdate: ({ id, basicCodeDiscount }: ById & { basicCodeDiscount: DiscountInput }) =>
      asNode(updateDiscount(sim, id, basicCodeDiscount, "basicCodeDiscount")),
    discountCodeFreeShippingCreate: ({ freeShippingCodeDiscount }: { freeShippingCodeDiscount: DiscountInput }) =>
      asNode(createDiscount(sim, "free_shipping", freeShippingCodeDiscount, "freeShippingCodeDiscount")),
    discountCodeActivate: ({ id }: ById) => setDeactivated(sim, id, false),
    discountCodeDeactivate: ({ id }: ById) => setDeactivated(sim, id, true),
    discountCodeDelete: ({ id }: ById) => deleteDiscount(sim, id),
    discountRedeemCodeBulkAdd: ({ discountId, codes }: { discountId: string; codes: { code: string }[] }) =>
      bulkAddCodes(sim, discountId, codes),
    discountCodeRedeemCodeBulkDelete: ({
      discountId,
      ids,
      search,
    }: {
      discountId: string;
      ids?: string[] | null;
      search?: string | null;
    }) => bulkDeleteCodes(sim, discountId, ids ?? null, search ?? null),
    metafieldsSet: ({ metafields }: { metafields: MetafieldInput[] }) => metafieldsSet(sim, metafields),
    metafieldsDelete: ({ metafields }: { metafields: { ownerId: string; namespace: string; key: string }[] }) =>
      metafieldsDelete(sim, metafields),
    webPixelCreate: ({ webPixel }: { webPixel: { settings: unknown } }) => saveWebPixel(sim, null, webPixel.settings),
    webPixelUpdate: ({ id, webPixel }: ById & { webPixel: { settings: unknown } }) =>
      saveWebPixel(sim, id, webPixel.settings),
    webPixelDelete: ({ id }: ById) => deleteWebPixel(sim, id),
    webhookSubscriptionCreate: ({ topic, webhookSubscription }: { topic: string; webhookSubscription: WebhookInput }) =>
      createWebhook(sim, topic, webhookSubscription),
    webhookSubscriptionDelete: ({ id }: ById) => deleteWebhook(sim, id),
  };
}

/** The thing behind a gid; null when there is none. With `type` the gid must be of it. */
function nodeView(sim: Sim, gidOf: string, type: string | null): object | null {
  const parsed = parseGid(gidOf);
  if (!parsed || (type !== null && parsed.type !== type)) throw invalidId(gidOf);
  const { state } = sim;
  const { id } = parsed;
  switch (parsed.type) {
    case "Product": {
      const product = state.products.get(id);
      return product ? productView(sim, product) : null;
    }
    case "ProductVariant": {
      const variant = state.variants.get(id);
      return variant ? variantView(sim, variant) : null;
    }
    case "InventoryItem": {
      for (const variant of state.variants.values())
        if (variant.inventoryItemId === id) return inventoryItemView(sim, variant);
      return null;
    }
    case "Collection": {
      const collection = state.collections.find((one) => one.id === id);
      return collection ? collectionView(sim, collection) : null;
    }
    case "Customer": {
      const customer = state.customers.get(id);
      return customer ? customerView(sim, customer) : null;
    }
    case "Order": {
      const order = state.orders.get(id);
      return order ? orderView(sim, order) : null;
    }
    case "Fulfillment": {
      for (const order of state.orders.values()) {
        const fulfillment = order.fulfillments.find((one) => one.id === id);
        if (fulfillment) return fulfillmentView(sim, order, fulfillment);
      }
      return null;
    }
    case "DiscountCodeNode": {
      const discount = state.discounts.get(id);
      return discount ? discountNodeView(sim, discount) : null;
    }
    case "WebhookSubscription": {
      const webhook = state.shopWebhooks.get(id);
      return webhook ? webhookView(sim, webhook) : null;
    }
    case "AppInstallation":
      return state.installation?.id === id ? installationView(sim) : null;
    case "Location": {
      const location = state.locations.find((one) => one.id === id);
      return location ? locationView(sim, location) : null;
    }
    default:
      return null;
  }
}

function shopView(sim: Sim): object {
  const { shop } = sim.state;
  const domain = {
    id: gid("Domain", "1"),
    host: sim.origin === "" ? shop.domain : new URL(sim.origin).host,
    url: sim.origin === "" ? `https://${shop.domain}` : sim.origin,
    sslEnabled: sim.origin === "",
  };
  return {
    __typename: "Shop",
    id: gid("Shop", shop.id),
    name: shop.name,
    email: shop.email,
    contactEmail: shop.email,
    shopOwnerName: "Juniper Oakes",
    description: null,
    myshopifyDomain: shop.domain,
    primaryDomain: domain,
    domains: [domain],
    url: domain.url,
    storefrontUrl: domain.url,
    currencyCode: shop.currency,
    enabledPresentmentCurrencies: shop.presentmentCurrencies,
    currencyFormats: {
      moneyFormat: "${{amount}}",
      moneyWithCurrencyFormat: "${{amount}} USD",
      moneyInEmailsFormat: "${{amount}}",
      moneyWithCurrencyInEmailsFormat: "${{amount}} USD",
    },
    ianaTimezone: shop.ianaTimezone,
    timezoneAbbreviation: "EST",
    timezoneOffset: "-0500",
    timezoneOffsetMinutes: -300,
    taxesIncluded: false,
    taxShipping: false,
    setupRequired: false,
    checkoutApiSupported: true,
    weightUnit: "KILOGRAMS",
    unitSystem: "METRIC_SYSTEM",
    plan: {
      displayName: shop.planName,
      publicDisplayName: shop.planName,
      partnerDevelopment: false,
      shopifyPlus: false,
    },
    createdAt: shop.createdAt.toISOString(),
    updatedAt: shop.createdAt.toISOString(),
    orderNumberFormatPrefix: "#",
    orderNumberFormatSuffix: "",
    products: (args: Search) => productsConnection(sim, args),
    productVariants: (args: Search) => variantsConnection(sim, args),
    orders: (args: Search) => ordersConnection(sim, args),
    customers: (args: Search) => customersConnection(sim, args),
    metafield: null,
  };
}
