import type { ButtonFacts } from "../composer/buttons.ts";
import { leadsToCart } from "../composer/target-links.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { JOURNEY_KINDS } from "../journeys/kinds/registry.server.ts";
import type { Situation } from "../journeys/person-view.ts";

/** Variants of one message whose price a tap can have watched. */
const MOST_WATCHED = 10;

/** What a journey's message can promise on its buttons at this moment. */
export function buttonFacts(kind: JourneyKind, situation: Situation, now: Date): ButtonFacts {
  const { enabledKinds } = situation.person;
  const isTold = JOURNEY_KINDS.some(
    (one) => one.variantMoment?.audience.includes("price_alert") && enabledKinds.has(one.kind),
  );
  return {
    now,
    hasRun: true,
    watchable: isTold ? kind.variantIds(situation).slice(0, MOST_WATCHED) : [],
    shareable: shareableOf(kind, situation),
  };
}

/** The product the message is about; of a cart, its first. A cart itself is nobody else's business. */
function shareableOf(kind: JourneyKind, situation: Situation): ButtonFacts["shareable"] {
  const target = kind.target(situation);
  const { cart, shop } = situation.person;
  if (leadsToCart(target)) {
    const item = cart?.items.find(({ url }) => url?.startsWith("/"));
    return item?.url ? { path: item.url, title: item.title } : null;
  }
  if (!target.startsWith("/products/")) return null;
  return { path: target, title: kind.facts(situation).product_title ?? shop.name };
}
