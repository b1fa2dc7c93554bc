import type { PersonView } from "./person-view.ts";

/** What a variant costs and is called where a shopper is, as Shopify says. */
export type LocalVariant = {
  /** As the shop shows it in the shopper's language; null: not translated, or that language is the shop's own. */
  title: string | null;
  /** In the market of the shopper's country; null: the country is not known. */
  price: LocalPrice | null;
};

/** Minor units of `currency`. */
export type LocalPrice = { amount: number; compareAt: number | null; currency: string };

/** Where a shopper is. */
export type Place = {
  /** Two letters; null: not known, and no price is asked for. */
  country: string | null;
  /** A language the shop has translations in, e.g. "pt-BR"; null: the shop's own. */
  locale: string | null;
};

/** What was read for a message's shopper. */
export type LocalView = {
  place: Place;
  /** Empty when Shopify could not be asked. */
  variants: ReadonlyMap<string, LocalVariant>;
};

/** @param device the one written to, whose page told country and language */
export function placeOf(
  { shop, visitor }: Pick<PersonView, "shop" | "visitor">,
  device: { country: string | null; locale: string | null } | undefined,
): Place {
  const wished = (device?.locale ?? visitor.locale)?.toLowerCase() ?? null;
  const published = shop.locales.map((locale) => ({ locale, tag: locale.toLowerCase() }));
  const found =
    published.find(({ tag }) => tag === wished) ??
    published.find(({ tag }) => tag.split("-")[0] === wished?.split("-")[0]) ??
    null;
  return {
    country: device?.country ?? visitor.country,
    locale: found && found.locale !== shop.primaryLocale ? found.locale : null,
  };
}

/** What a shop's own price says nothing about: other countries have prices of their own. */
export function isAbroad(shop: { country: string | null }, place: Place | undefined): boolean {
  return shop.country !== null && place !== undefined && place.country !== null && place.country !== shop.country;
}
