import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { titleIn } from "../state.ts";
import { COUNTRIES, ENDONYMS, localeFolder } from "./locales.ts";
import { moneyFormat } from "./money.ts";
import type { Translations } from "./translations.ts";
import { translate } from "./translations.ts";
import { menuCollections } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** The global Liquid objects of a page, as themes and app blocks see them. `cart` and the page's own object are added later. */
export function pageGlobals(sim: Sim, visit: Visit, template: string, translations: Translations) {
  const { shop } = sim.state;
  const host = visit.request.url.host;
  const origin = `${visit.request.url.protocol}//${host}`;
  const languages = shop.locales
    .filter((one) => one.published)
    .map((one) => ({
      iso_code: one.locale,
      name: one.name,
      endonym_name: ENDONYMS[one.locale],
      primary: one.primary,
      root_url: localeFolder(shop, one.locale) || "/",
    }));
  const language = languages.find((one) => one.iso_code === visit.locale) ?? languages[0];
  const countries = COUNTRIES.map((country) => ({
    iso_code: country.code,
    name: country.name,
    unit_system: country.code === "US" ? "imperial" : "metric",
    currency: { iso_code: country.currency, symbol: country.symbol, name: country.currency },
  }));
  const { customer } = visit;

  return {
    shop: {
      id: Number(shop.id),
      name: shop.name,
      email: shop.email,
      domain: host,
      permanent_domain: shop.domain,
      url: origin,
      secure_url: origin,
      currency: shop.currency,
      money_format: moneyFormat(visit.currency),
      money_with_currency_format: `${moneyFormat(visit.currency)} ${visit.currency}`,
      enabled_currencies: shop.presentmentCurrencies.map((code) => ({ iso_code: code, name: code })),
      locale: languages.find((one) => one.primary)?.iso_code ?? "en",
      published_locales: languages,
      customer_accounts_enabled: true,
      products_count: sim.state.products.size,
      collections_count: sim.state.collections.length,
      metafields: {},
      brand: { logo: null, square_logo: { src: `${origin}/cdn/shop/icon-192.png` }, short_description: null },
    },
    request: {
      locale: language,
      design_mode: visit.isDesignMode,
      visual_preview_mode: false,
      page_type: template,
      host,
      origin,
      path: visit.folder + (visit.path === "/" && visit.folder ? "" : visit.path),
    },
    localization: {
      language,
      country: countries.find((one) => one.iso_code === visit.country.code),
      available_languages: languages,
      available_countries: countries,
    },
    routes: routesOf(visit),
    template: { name: template, suffix: null, directory: null },
    theme: { id: 140_000_000_001, name: "Meadow", role: "main" },
    settings: {},
    customer: customer
      ? {
          id: Number(customer.id),
          first_name: customer.firstName,
          last_name: customer.lastName,
          name: `${customer.firstName} ${customer.lastName}`,
          email: customer.email,
          phone: customer.phone,
          tags: customer.tags,
          accepts_marketing: customer.acceptsMarketing,
          has_account: true,
        }
      : null,
    linklists: linklists(sim, visit, translations),
    canonical_url: origin + visit.folder + visit.path,
    page_title: shop.name,
    powered_by_link: "",
    privacy_region_requires_consent: visit.isConsentRequired,
    // An app's metafields are seen by its own extension only; a theme gets an empty object.
    app: { metafields: {} },
  };
}

/** `app.metafields.NAMESPACE.KEY.value` for the app's own blocks. */
export function appMetafields(sim: Sim): Record<string, Record<string, { value: unknown; type: string }>> {
  const byNamespace: Record<string, Record<string, { value: unknown; type: string }>> = {};
  if (!isInstalled(sim)) return byNamespace;
  for (const { namespace, key, type, value } of sim.state.appMetafields.values()) {
    (byNamespace[namespace] ??= {})[key] = { type, value: typedValue(type, value) };
  }
  return byNamespace;
}

function typedValue(type: string, value: string): unknown {
  if (type === "json" || type.startsWith("list.")) return JSON.parse(value) as unknown;
  if (type === "boolean") return value === "true";
  if (type === "number_integer" || type === "number_decimal") return Number(value);
  return value;
}

function routesOf(visit: Visit) {
  const at = (path: string) => visit.folder + path;
  return {
    root_url: visit.folder || "/",
    account_url: at("/account"),
    account_login_url: at("/account/login"),
    account_logout_url: at("/account/logout"),
    all_products_collection_url: at("/collections/all"),
    collections_url: at("/collections"),
    search_url: at("/search"),
    predictive_search_url: at("/search/suggest"),
    product_recommendations_url: at("/recommendations/products"),
    cart_url: at("/cart"),
    cart_add_url: at("/cart/add"),
    cart_change_url: at("/cart/change"),
    cart_update_url: at("/cart/update"),
    cart_clear_url: at("/cart/clear"),
  };
}

function linklists(sim: Sim, visit: Visit, translations: Translations) {
  const t = (key: string) => translate(translations, visit.locale, key);
  const link = (title: string, path: string) => ({ title, url: visit.folder + path, active: visit.path === path });
  return {
    main: {
      title: "Main menu",
      links: [
        link(t("links.all"), "/collections/all"),
        ...menuCollections(sim)
          .slice(0, 6)
          .map((collection) => link(titleIn(visit.locale, collection), `/collections/${collection.handle}`)),
      ],
    },
    footer: {
      title: "Footer menu",
      links: [
        link(t("links.about"), "/pages/about"),
        link(t("links.shipping"), "/pages/shipping"),
        link(t("links.contact"), "/pages/contact"),
        link(t("header.search"), "/search"),
      ],
    },
  };
}
