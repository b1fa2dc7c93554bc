// The part of Shopify's web pixel API used here (@shopify/web-pixels-extension 2.18).

export type Attribute = { key: string; value: string };

export type PixelEvent = {
  id: string;
  timestamp: string;
  data: { checkout?: { token?: string | null; order?: { id?: string | null } | null; attributes?: Attribute[] } };
};

export type PixelApi = {
  analytics: { subscribe(name: string, listener: (event: PixelEvent) => void): unknown };
  settings: { app_url?: string };
  init: {
    data: { shop?: { myshopifyDomain?: string }; cart?: { attributes?: Attribute[] } | null };
    customerPrivacy?: { marketingAllowed?: boolean };
  };
  customerPrivacy?: {
    subscribe(
      name: "visitorConsentCollected",
      listener: (event: { customerPrivacy: { marketingAllowed: boolean } }) => void,
    ): unknown;
  };
};
