import { Liquid } from "liquidjs";
import type { FilterSource } from "./liquid-filters.ts";
import { registerShopifyFilters } from "./liquid-filters.ts";
import { registerShopifyTags } from "./liquid-tags.ts";

/**
 * A Liquid engine that speaks Shopify's dialect. An unknown filter or tag is an error, as it is when a theme is saved.
 *
 * @param snippets folders where `{% render 'name' %}` and `{% section 'name' %}` look
 */
export function createLiquid(snippets: string[], source: FilterSource): Liquid {
  const liquid = new Liquid({
    root: snippets,
    partials: snippets,
    extname: ".liquid",
    cache: true,
    strictFilters: true,
    relativeReference: false,
    jekyllInclude: false,
  });
  registerShopifyFilters(liquid, source);
  registerShopifyTags(liquid);
  return liquid;
}
