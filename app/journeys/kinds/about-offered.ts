import type { TemplateFacts } from "../../composer/template-fields.ts";
import type { ShopProduct } from "../../recommendations/recommendation-store.ts";
import type { Situation } from "../person-view.ts";
import { httpsImage } from "./first-product.ts";
import type { JourneyKind } from "./kind.ts";
import { payable, priceFacts, translatedTitle } from "./one-product.ts";

/** The kind as it is for a step about another product: that one is read anew, named, shown and led to. */
export function aboutOffered(kind: JourneyKind, offered: ShopProduct | null): JourneyKind {
  if (!offered) return kind;
  const { variantId, handle, image } = offered;
  return {
    ...kind,
    variantIds: (situation) => [...kind.variantIds(situation), variantId],
    facts: (situation) => ({ ...kind.facts(situation), ...offeredFacts(situation, offered) }),
    target: () => `/products/${encodeURIComponent(handle)}?variant=${encodeURIComponent(variantId)}`,
    image: () => httpsImage(image),
  };
}

function offeredFacts(situation: Situation, offered: ShopProduct): TemplateFacts {
  return {
    product_title: translatedTitle(situation.local, offered.variantId) ?? offered.title,
    variant_title: null,
    ...priceFacts(payable(offered, situation, null)),
  };
}
