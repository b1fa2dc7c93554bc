import { opensPage } from "../composer/buttons.ts";
import type { BoundDoes } from "../composer/buttons.ts";
import type { MirrorChange } from "../events/mirror-change.ts";

const DAY_MS = 86_400_000;

/** What a tap changes in the mirror; what it means for the run is the journeys' affair. */
export type TapEffect = {
  /** It brought the shopper to the shop: a sign of life, and a click that an order may be credited to. */
  isVisit: boolean;
  changes: MirrorChange[];
};

/**
 * @param does of the button that was tapped; null: the message itself, or a button that leads somewhere
 * @param visitorId the browser that it was tapped in
 * @param linkId ties the cart that the click opens to that browser
 */
export function tapEffect(
  does: BoundDoes | null,
  { visitorId, linkId, at }: { visitorId: string; linkId: string; at: Date },
): TapEffect {
  if (opensPage(does)) {
    const signal = { type: "visitor_signal", visitorId, at, signal: "storefront", mayCreate: false } as const;
    return { isVisit: true, changes: [{ type: "link", linkId, visitorId, at }, signal] };
  }
  switch (does?.type) {
    case "quiet":
      return {
        isVisit: false,
        changes: [{ type: "quiet", visitorId, until: new Date(at.getTime() + does.days * DAY_MS) }],
      };
    case "if_cheaper":
      return {
        isVisit: false,
        changes: does.variantIds.map((variantId) => ({
          type: "stock_alert",
          visitorId,
          variantId,
          kind: "price_drop",
          at,
        })),
      };
    default:
      return { isVisit: false, changes: [] };
  }
}
