import type { StorefrontConfig } from "../app/storefront-config.ts";

// What the page script and the chunks loaded on demand agree on. Types only: every bundle stands alone, and they meet in
// `window.Beckon`, which the page script makes.

/** What blocks/beckon-embed.liquid writes into the page. */
export type PageData = {
  config: StorefrontConfig;
  /** The page's language, as Shopify writes it: "pt-BR". */
  locale: string;
  country: string | null;
  /** Shopify's root of the page's language, with a trailing slash: "/" or "/tr/". */
  root: string;
  /** The shop's name. */
  shop: string;
  /** Currency of the amounts in the page and in cart.js. */
  currency: string;
  /** The cart as the server saw it: pieces, and total in hundredths. */
  cart: { count: number; total: number };
  product: { data: Record<string, unknown>; price: number } | null;
  collection: { handle: string; title: string } | null;
  /** Colour the merchant chose for our buttons; null: the theme's own. */
  accent: string | null;
  /** A square picture of the shop; null: none. */
  icon: string | null;
  assets: Record<ChunkName, string>;
};

export type StorefrontEvent = { id: string; type: string; at: string; data: Record<string, unknown> };

/** What is remembered in this browser (localStorage "beckon"). Times are milliseconds of the browser's clock. */
export type BrowserState = {
  visitorId?: string;
  /** The random id in the cart's private attribute. Not the visitor id. */
  linkId?: string;
  /** Endpoint that the app knows: who has one is a subscriber. */
  endpoint?: string;
  /** Marketing consent as last sent with the subscription. */
  marketing?: boolean;
  /** The person switched notifications off here: nothing is done quietly any more. */
  off?: boolean;
  views?: number;
  asks?: number;
  askedAt?: number;
  /** Waiting to be sent; of who has not subscribed, the last 20. */
  events?: StorefrontEvent[];
  /** What the cart looked like when it was last reported. */
  cart?: string;
  cartToken?: string;
  /** Pieces and total in hundredths then. */
  cartSize?: string;
  /** Storefront tabs in view: id, and the time they came into view. */
  tabs?: [id: string, at: number][];
  left?: boolean;
  /** Alerts asked for here: "back_in_stock:VARIANT", the last 50. */
  alerts?: string[];
  /** How this visitor last came from outside: the site that had the link, and the query it led to (utm_…). */
  referrer?: string;
  query?: string;
};

export type ChunkName = "cart" | "subscribe" | "prompt" | "install" | "exit" | "bell" | "stock-alert";

export type Consent = { marketing: boolean; text?: string; at: string };

/** The app's answer to a subscription. `ended`: its person has ended it, and a quiet refresh does not change that. */
export type Subscribed = {
  subscriptionId: string;
  visitorId: string;
  state?: "active" | "ended";
  preferencesUrl?: string;
};

/** `window.Beckon`. `track` and `ask` are also there for theme developers. */
export type Core = {
  page: PageData;
  read(): BrowserState;
  save(patch: Partial<BrowserState>): void;
  randomId(): string;
  /** True and false as the Customer Privacy API says; undefined while it has not answered. */
  allowed(): boolean | undefined;
  /** Buffers an event; `now` sends what is waiting at once, if this browser has subscribed. */
  track(type: string, data?: Record<string, unknown>, now?: boolean): void;
  permission(): NotificationPermission | undefined;
  /** Safari on an iPhone or iPad, where only a shop on the home screen can show notifications. */
  needsInstall(): boolean;
  /** Shows our prompt, or on an iPhone the install sheet, whatever the rules say. */
  ask(): Promise<void>;
  load<Name extends ChunkName>(name: Name): Promise<Required<Chunks>[Name]>;
  /** Liquid's and cart.js's hundredths as minor units of the currency. */
  minorUnits(hundredths: number, currency: string): number;
};

export type Chunks = {
  subscribe?: {
    /** Registers the worker and waits until it can take a push. A second call gives the same registration. */
    prepare(): Promise<ServiceWorkerRegistration>;
    /** Subscribes this browser (permission must be granted) and tells the app; also refreshes a subscription. */
    subscribe(consent: Consent, more?: { quiet?: boolean; promptVariant?: string }): Promise<Subscribed>;
    /** The subscription as the browser has it. */
    current(): Promise<PushSubscription | null>;
    post(path: string, body: object): Promise<Response>;
  };
  cart?: {
    /** Reports the cart if it is not the one that was reported last. */
    report(): Promise<void>;
    /** Writes the private attribute into the cart when there is something in it and it has none. */
    link(): Promise<void>;
  };
  /** Both are done when the shopper sees it, which may be later: see `untilUncovered`. */
  prompt?: { show(variant: string): Promise<void> };
  install?: { show(): Promise<void> };
  exit?: {
    /** Calls back whenever the shopper turns to leave the page; tells the app of a subscriber with a full cart. */
    watch(isPhone: boolean, onTurn: () => void): void;
  };
  bell?: { start(): void };
  "stock-alert"?: { start(): void };
};

export type BeckonGlobal = Core & Chunks;

declare global {
  interface Window {
    PushManager?: unknown;
    Beckon: BeckonGlobal;
    Shopify?: {
      designMode?: boolean;
      theme?: { role?: string };
      loadFeatures?(features: { name: string; version: string }[], done: (error?: unknown) => void): void;
      customerPrivacy?: { marketingAllowed(): boolean };
    };
  }
}
