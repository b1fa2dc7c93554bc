import type { ComposedMessage } from "../store/sqlite/schema.server.ts";
import { compose } from "./compose.server.ts";
import { cohortEnd } from "./discount-offers.ts";
import { exampleFacts } from "./liquid.server.ts";
import type { TextsByLocale } from "./message-texts.ts";
import type { TemplateFacts } from "./template-fields.ts";

export type PreviewInput = {
  /** The journey's kind. */
  kind: string;
  texts: TextsByLocale;
  discount: { percent: number; validHours: number } | null;
  /** The language to show; the nearest with a text is taken. */
  locale: string;
  shop: { name: string; currency: string; timezone: string; iconUrl: string | null };
  /** What to show instead of the examples: the shop's own product, a stage, a status. */
  facts?: TemplateFacts;
  image?: string | null;
  now: Date;
};

/**
 * A message as a shopper would see it, filled with examples. Nothing is stored or sent.
 *
 * @throws LiquidError when a text is broken: checkTemplate says where
 */
export function previewMessage(input: PreviewInput): { message: ComposedMessage; targetUrl: string; locale: string } {
  const { shop, discount, now } = input;
  const examples = exampleFacts(now);
  const inShopsCurrency = Object.fromEntries(
    (["product_price", "compare_at_price", "cart_total"] as const).map((field) => {
      const money = examples[field];
      return [field, money ? { ...money, currency: shop.currency } : null];
    }),
  );
  return compose({
    kind: input.kind,
    texts: input.texts,
    plainTexts: null,
    facts: {
      ...examples,
      ...inShopsCurrency,
      shop_name: shop.name,
      code: discount ? (examples.code ?? null) : null,
      code_expires: discount ? cohortEnd(now, discount.validHours, shop.timezone) : null,
      discount_percent: discount?.percent ?? null,
      ...input.facts,
    },
    wishedLocales: [input.locale],
    timezone: shop.timezone,
    target: "/",
    image: input.image ?? null,
    icon: shop.iconUrl,
    tag: "preview",
    renotify: false,
  });
}
