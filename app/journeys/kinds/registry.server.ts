import { accountCreated } from "./account-created.server.ts";
import { backInStock } from "./back-in-stock.server.ts";
import { browseAbandonment } from "./browse-abandonment.server.ts";
import { categoryInterest } from "./category-interest.server.ts";
import { birthday } from "./birthday.server.ts";
import { cartRecovery } from "./cart-recovery.server.ts";
import { checkoutRecovery } from "./checkout-recovery.server.ts";
import { priceDrop } from "./price-drop.server.ts";
import { exitOffer } from "./exit-offer.server.ts";
import { freeShippingGap } from "./free-shipping-gap.server.ts";
import { lastPiece } from "./last-piece.server.ts";
import type { JourneyKind } from "./kind.ts";
import { custom } from "./custom.server.ts";
import { holiday } from "./holiday.server.ts";
import { newArticle } from "./new-article.server.ts";
import { firstOrder } from "./first-order.server.ts";
import { points } from "./points.server.ts";
import { repurchase } from "./repurchase.server.ts";
import { reviewRequest } from "./review-request.server.ts";
import { reviewThanks } from "./review-thanks.server.ts";
import { shipping } from "./shipping.server.ts";
import { thankYou } from "./thank-you.server.ts";
import { wishlist } from "./wishlist.server.ts";
import { welcome } from "./welcome.server.ts";
import { winBack } from "./win-back.server.ts";

/** Every kind there is, in the order the merchant sees them. To add one: a file beside this one, and a line here. */
export const JOURNEY_KINDS: readonly JourneyKind[] = [
  welcome,
  browseAbandonment,
  categoryInterest,
  cartRecovery,
  checkoutRecovery,
  exitOffer,
  freeShippingGap,
  wishlist,
  priceDrop,
  lastPiece,
  backInStock,
  shipping,
  firstOrder,
  thankYou,
  reviewRequest,
  reviewThanks,
  repurchase,
  winBack,
  points,
  accountCreated,
  birthday,
  holiday,
  newArticle,
  custom,
];

const byName = new Map(JOURNEY_KINDS.map((kind) => [kind.kind, kind]));

/** Null for a kind that does not exist (yet). */
export function journeyKind(kind: string): JourneyKind | null {
  return byName.get(kind) ?? null;
}
