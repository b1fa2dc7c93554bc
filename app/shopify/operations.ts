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
