import { readFileSync } from "node:fs";
import type { Sim } from "../sim.ts";
import { safeJson } from "./liquid-filters.ts";
import { moneyFormat } from "./money.ts";
import { COOKIES } from "./visit.ts";
import type { Visit } from "./visit.ts";

const CUSTOMER_PRIVACY = readFileSync(new URL("browser/customer-privacy.js", import.meta.url), "utf8").trim();

/** What `content_for_header` brings: the `Shopify` object, and the Customer Privacy API behind `loadFeatures`. */
export function shopifyObjectScript(sim: Sim, visit: Visit, texts: Record<string, string>): string {
  const { shop } = sim.state;
  const rate = shop.rates[visit.currency];
  const shopify = {
    shop: shop.domain,
    locale: visit.locale,
    currency: { active: visit.currency, rate: rate === 1 ? "1.0" : String(rate) },
    country: visit.country.code,
    theme: { name: "Meadow", id: 140_000_000_001, schema_name: "Meadow", role: "main" },
    routes: { root: `${visit.folder}/` },
    ...(visit.isDesignMode ? { designMode: true } : {}),
  };
  const theme = { moneyFormat: moneyFormat(visit.currency), texts };
  const privacy = { isConsentRequired: visit.isConsentRequired, cookie: COOKIES.consent, country: visit.country.code };

  return `<script>window.Shopify = ${safeJson(shopify)}; window.theme = ${safeJson(theme)};
${CUSTOMER_PRIVACY}
installCustomerPrivacy(${safeJson(privacy)});</script>`;
}
