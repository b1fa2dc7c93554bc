// Every Admin API operation of the app, API version 2026-10. operations.test.ts validates each against the schema.
// Append yours below; the scopes each needs are declared in shopify.app.toml.

/** Name, domain, money, time and languages of the shop, and our own installation. */
export const SHOP_INFO = /* GraphQL */ `
  query ShopInfo {
    shop {
      name
      myshopifyDomain
      currencyCode
      ianaTimezone
      primaryDomain {
        host
        url
      }
    }
    shopLocales {
      locale
      primary
      published
    }
    currentAppInstallation {
      id
      accessScopes {
        handle
      }
    }
  }
`;

export type ShopInfoData = {
  shop: {
    name: string;
    myshopifyDomain: string;
    currencyCode: string;
    ianaTimezone: string;
    primaryDomain: { host: string; url: string };
  };
  shopLocales: { locale: string; primary: boolean; published: boolean }[];
  currentAppInstallation: { id: string; accessScopes: { handle: string }[] };
};

/** Writes app-owned metafields: the storefront's configuration. */
export const SET_APP_METAFIELDS = /* GraphQL */ `
  mutation SetAppMetafields($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) {
      metafields {
        id
      }
      userErrors {
        field
        message
        code
      }
    }
  }
`;

export type SetAppMetafieldsData = {
  metafieldsSet: { metafields: { id: string }[] | null; userErrors: { message: string; code: string | null }[] };
};

/** Switches our web pixel on in the shop. */
export const CREATE_WEB_PIXEL = /* GraphQL */ `
  mutation CreateWebPixel($webPixel: WebPixelInput!) {
    webPixelCreate(webPixel: $webPixel) {
      webPixel {
        id
      }
      userErrors {
        message
        code
      }
    }
  }
`;

export type CreateWebPixelData = {
  webPixelCreate: { webPixel: { id: string } | null; userErrors: { message: string; code: string | null }[] };
};

/** What decides whether a variant can be bought online at this moment, and what messages say of it. */
const VARIANT_FIELDS = /* GraphQL */ `
  fragment VariantFields on ProductVariant {
    id
    title
    price
    compareAtPrice
    availableForSale
    sellableOnlineQuantity
    inventoryPolicy
    inventoryItem {
      id
      tracked
    }
    media(first: 1) {
      nodes {
        preview {
          image {
            url
          }
        }
      }
    }
    product {
      id
      title
      handle
      status
      vendor
      productType
      featuredMedia {
        preview {
          image {
            url
          }
        }
      }
    }
  }
`;

export const VARIANTS_NOW = /* GraphQL */ `
  query VariantsNow($ids: [ID!]!) {
    nodes(ids: $ids) {
      ...VariantFields
    }
  }
  ${VARIANT_FIELDS}
`;

/** Every variant, or those changed since: about 10 points each. */
export const CATALOGUE_VARIANTS = /* GraphQL */ `
  query CatalogueVariants($first: Int!, $after: String, $changed: String) {
    productVariants(first: $first, after: $after, query: $changed, sortKey: ID) {
      nodes {
        ...VariantFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
  ${VARIANT_FIELDS}
`;

/** One collection after another, each with the products that sell best in it: 250 points at most. */
export const CATALOGUE_COLLECTIONS = /* GraphQL */ `
  query CatalogueCollections($after: String) {
    collections(first: 1, after: $after, sortKey: ID) {
      nodes {
        handle
        products(first: 250, sortKey: BEST_SELLING) {
          nodes {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

type PageInfo = { hasNextPage: boolean; endCursor: string | null };

export type CatalogueVariantsData = { productVariants: { nodes: VariantNow[]; pageInfo: PageInfo } };
export type CatalogueCollectionsData = {
  collections: { nodes: { handle: string; products: { nodes: { id: string }[] } }[]; pageInfo: PageInfo };
};

type MediaPreview = { preview: { image: { url: string } | null } | null } | null;

export type VariantNow = {
  id: string;
  title: string;
  price: string;
  compareAtPrice: string | null;
  availableForSale: boolean;
  sellableOnlineQuantity: number;
  inventoryPolicy: "DENY" | "CONTINUE";
  inventoryItem: { id: string; tracked: boolean };
  media: { nodes: MediaPreview[] };
  product: {
    id: string;
    title: string;
    handle: string;
    status: string;
    vendor: string;
    productType: string;
    featuredMedia: MediaPreview;
  };
};

/** A deleted variant is null; what is no variant is an empty object. */
export type VariantsNowData = { nodes: (VariantNow | Record<string, never> | null)[] };

/**
 * What variants cost and are called where a shopper is: the price of the country's market in its currency, and the title as
 * the shop shows it in a language. Needs no scope beside read_products.
 */
export const LOCAL_VARIANTS = /* GraphQL */ `
  query LocalVariants(
    $ids: [ID!]!
    $context: ContextualPricingContext!
    $locale: String!
    $isPriced: Boolean!
    $isTranslated: Boolean!
  ) {
    nodes(ids: $ids) {
      ... on ProductVariant {
        id
        contextualPricing(context: $context) @include(if: $isPriced) {
          price {
            amount
            currencyCode
          }
          compareAtPrice {
            amount
            currencyCode
          }
        }
        product @include(if: $isTranslated) {
          translations(locale: $locale) {
            key
            value
          }
        }
      }
    }
  }
`;

type MoneyNow = { amount: string; currencyCode: string };

export type LocalVariantNow = {
  id: string;
  contextualPricing?: { price: MoneyNow; compareAtPrice: MoneyNow | null };
  product?: { translations: { key: string; value: string | null }[] };
};

export type LocalVariantsData = { nodes: (LocalVariantNow | Record<string, never> | null)[] };

/** One discount per offer and day of validity; its other codes are added in bulk. */
export const CREATE_DISCOUNT = /* GraphQL */ `
  mutation CreateDiscount($basicCodeDiscount: DiscountCodeBasicInput!) {
    discountCodeBasicCreate(basicCodeDiscount: $basicCodeDiscount) {
      codeDiscountNode {
        id
      }
      userErrors {
        field
        message
        code
      }
    }
  }
`;

type DiscountUserError = { field: string[] | null; message: string; code: string | null };

export type CreateDiscountData = {
  discountCodeBasicCreate: { codeDiscountNode: { id: string } | null; userErrors: DiscountUserError[] };
};

/** The same for free shipping, which Shopify makes by another mutation. */
export const CREATE_SHIPPING_DISCOUNT = /* GraphQL */ `
  mutation CreateShippingDiscount($freeShippingCodeDiscount: DiscountCodeFreeShippingInput!) {
    discountCodeFreeShippingCreate(freeShippingCodeDiscount: $freeShippingCodeDiscount) {
      codeDiscountNode {
        id
      }
      userErrors {
        field
        message
        code
      }
    }
  }
`;

export type CreateShippingDiscountData = {
  discountCodeFreeShippingCreate: { codeDiscountNode: { id: string } | null; userErrors: DiscountUserError[] };
};

/** The discount that a code belongs to and what it gives now. */
export const DISCOUNT_BY_CODE = /* GraphQL */ `
  query DiscountByCode($code: String!) {
    codeDiscountNodeByCode(code: $code) {
      id
      codeDiscount {
        __typename
        ... on DiscountCodeBasic {
          status
          endsAt
          usageLimit
          asyncUsageCount
          minimumRequirement {
            ...Minimum
          }
          customerGets {
            value {
              __typename
              ... on DiscountPercentage {
                percentage
              }
              ... on DiscountAmount {
                amount {
                  amount
                  currencyCode
                }
                appliesOnEachItem
              }
            }
          }
        }
        ... on DiscountCodeFreeShipping {
          status
          endsAt
          usageLimit
          asyncUsageCount
          minimumRequirement {
            ...Minimum
          }
        }
      }
    }
  }
  fragment Minimum on DiscountMinimumRequirement {
    __typename
    ... on DiscountMinimumSubtotal {
      greaterThanOrEqualToSubtotal {
        amount
        currencyCode
      }
    }
  }
`;

/** Other `__typename`s (buy X get Y, an app's own discount) have none of the fields. */
export type DiscountNow = {
  __typename: string;
  status?: "ACTIVE" | "EXPIRED" | "SCHEDULED";
  endsAt?: string | null;
  usageLimit?: number | null;
  asyncUsageCount?: number;
  minimumRequirement?: { __typename: string; greaterThanOrEqualToSubtotal?: MoneyNow } | null;
  customerGets?: {
    value: { __typename: string; percentage?: number; amount?: MoneyNow; appliesOnEachItem?: boolean };
  };
};

export type DiscountByCodeData = {
  codeDiscountNodeByCode: { id: string; codeDiscount: DiscountNow } | null;
};

/** Collections by a few letters of their title, for the merchant to choose from. */
export const FIND_COLLECTIONS = /* GraphQL */ `
  query FindCollections($query: String) {
    collections(first: 20, query: $query) {
      nodes {
        id
        title
      }
    }
  }
`;

/** The titles of chosen collections; a deleted one is null. */
export const COLLECTION_TITLES = /* GraphQL */ `
  query CollectionTitles($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Collection {
        id
        title
      }
    }
  }
`;

export type FindCollectionsData = { collections: { nodes: { id: string; title: string }[] } };
export type CollectionTitlesData = { nodes: ({ id?: string; title?: string } | null)[] };

/** At most 250 codes a call; done later, see DISCOUNT_CODES_ADDED. */
export const ADD_DISCOUNT_CODES = /* GraphQL */ `
  mutation AddDiscountCodes($discountId: ID!, $codes: [DiscountRedeemCodeInput!]!) {
    discountRedeemCodeBulkAdd(discountId: $discountId, codes: $codes) {
      bulkCreation {
        id
      }
      userErrors {
        field
        message
        code
      }
    }
  }
`;

export type AddDiscountCodesData = {
  discountRedeemCodeBulkAdd: { bulkCreation: { id: string } | null; userErrors: DiscountUserError[] };
};

/** Whether a bulk addition is done, and which of its codes exist. */
export const DISCOUNT_CODES_ADDED = /* GraphQL */ `
  query DiscountCodesAdded($id: ID!) {
    discountRedeemCodeBulkCreation(id: $id) {
      id
      done
      codes(first: 250) {
        nodes {
          code
          errors {
            message
          }
        }
      }
    }
  }
`;

export type DiscountCodesAddedData = {
  discountRedeemCodeBulkCreation: {
    id: string;
    done: boolean;
    codes: { nodes: { code: string; errors: { message: string }[] }[] };
  } | null;
};

export const DELETE_DISCOUNT = /* GraphQL */ `
  mutation DeleteDiscount($id: ID!) {
    discountCodeDelete(id: $id) {
      deletedCodeDiscountId
      userErrors {
        field
        message
        code
      }
    }
  }
`;

export type DeleteDiscountData = {
  discountCodeDelete: { deletedCodeDiscountId: string | null; userErrors: DiscountUserError[] };
};

/** How many orders a customer has made in all, ours and those before us. */
export const CUSTOMER_ORDER_COUNT = /* GraphQL */ `
  query CustomerOrderCount($id: ID!) {
    customer(id: $id) {
      numberOfOrders
    }
  }
`;

/** The count is text: it is an unsigned 64-bit number. */
export type CustomerOrderCountData = { customer: { numberOfOrders: string } | null };
