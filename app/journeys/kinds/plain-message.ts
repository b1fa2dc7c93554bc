import { HOUR_MS } from "../duration.ts";
import { MARKETING_SLOT } from "./kind.ts";
import type { JourneyKind } from "./kind.ts";

/**
 * What most kinds of marketing messages have in common: off until the merchant switches it on, with consent to marketing,
 * inside caps and quiet hours, about no cart, once for a subject, and not ended by a purchase that has nothing to do with
 * it. A kind spreads this and says what is different.
 */
export const PLAIN_MESSAGE = {
  isEnabledAfterInstall: false,
  isTransactional: false,
  isSubjectUnique: true,
  readsFulfillments: false,
  consent: "marketing",
  mayDiscount: true,
  plainTexts: null,
  minimumDelayMs: 0,
  ttlSeconds: 24 * 3600,
  urgency: "normal",
  longestDelayMs: 24 * HOUR_MS,

  mayStartAgain: () => false,
  survivesPurchase: () => true,
  variantIds: () => [],
  check: () => ({ type: "send" }),
  facts: () => ({}),
  conditionFacts: () => ({}),
  hasDiscount: () => false,
  target: () => "/",
  image: () => null,
  tokens: () => ({ cartToken: null, checkoutToken: null }),
  pushSlot: () => MARKETING_SLOT,
  tag: () => null,
  renotify: () => false,
} as const satisfies Partial<JourneyKind>;
