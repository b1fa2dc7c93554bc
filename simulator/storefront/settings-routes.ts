import { changeCart } from "../commerce/carts.ts";
import { readForm, redirect } from "../http.ts";
import type { SimResponse } from "../http.ts";
import { toDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import { COUNTRIES, localeFolder, splitLocale } from "./locales.ts";
import { formatMoneyWithCurrency } from "./money.ts";
import type { PageRenderer } from "./page.ts";
import { translate } from "./translations.ts";
import { COOKIES, setCookie } from "./visit.ts";
import type { Visit } from "./visit.ts";

// What a shopper says of themselves: language, country and currency, privacy law, who they are.

/** Answers the localization form and the account pages; null for other paths. */
export function answerSettings(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse | null {
  const isPost = visit.request.method === "POST";
  if (visit.path === "/localization" && isPost) return changeLocalization(sim, visit);
  if (visit.path === "/account/login" && isPost) return signIn(sim, visit);
  if (visit.path === "/account/logout") return signOut(sim, visit);
  if (visit.path === "/account" || visit.path === "/account/login") return accountPage(sim, visit, pages);
  return null;
}

function changeLocalization(sim: Sim, visit: Visit): SimResponse {
  const form = readForm(visit.request);
  const cookies: string[] = [];

  const country = COUNTRIES.find((one) => one.code === form.get("country_code"));
  const currency =
    sim.state.shop.presentmentCurrencies.find((one) => one === form.get("currency_code")) ?? country?.currency;
  if (country) cookies.push(setCookie(COOKIES.country, country.code));
  if (currency) {
    cookies.push(setCookie(COOKIES.currency, currency));
    if (visit.cart) changeCart(sim, visit.cart, { currency });
  }
  const region = form.get("privacy_region");
  if (region) {
    cookies.push(setCookie(COOKIES.privacyRegion, region === "consent" ? "consent" : ""));
    // Who moves into another law has not answered there yet.
    if ((region === "consent") !== visit.isConsentRequired) cookies.push(setCookie(COOKIES.consent, ""));
  }

  const locale =
    sim.state.shop.locales.find((one) => one.published && one.locale === form.get("locale_code"))?.locale ??
    visit.locale;
  const back = form.get("return_to") ?? "/";
  const path = back.startsWith("/") && !back.startsWith("//") ? splitLocale(sim.state.shop, back).path : "/";
  const folder = localeFolder(sim.state.shop, locale);
  return redirect(path === "/" ? folder || "/" : folder + path, 302, { "set-cookie": cookies });
}

function signIn(sim: Sim, visit: Visit): SimResponse {
  const id = readForm(visit.request).get("customer_id") ?? "";
  if (!sim.state.customers.has(id)) return redirect(`${visit.folder}/account`);
  if (visit.cart) changeCart(sim, visit.cart, { customerId: id });
  return redirect(`${visit.folder}/account`, 302, {
    "set-cookie": setCookie(COOKIES.customer, id, { httpOnly: true }),
  });
}

function signOut(sim: Sim, visit: Visit): SimResponse {
  if (visit.cart) changeCart(sim, visit.cart, { customerId: null });
  return redirect(visit.folder || "/", 302, { "set-cookie": setCookie(COOKIES.customer, "", { httpOnly: true }) });
}

function accountPage(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse {
  const { customer } = visit;
  const title = translate(pages.translations, visit.locale, customer ? "header.account" : "header.sign_in");
  const orders = [...sim.state.orders.values()]
    .filter((order) => customer && order.customerId === customer.id)
    .toReversed()
    .map((order) => ({
      name: order.name,
      status_url: `/${sim.state.shop.id}/orders/${order.token}`,
      total: formatMoneyWithCurrency(
        Math.round(Number(toDecimal(order.total.presentment, order.presentmentCurrency)) * 100),
        order.presentmentCurrency,
      ),
    }));
  return pages.render(visit, "account", {
    page_title: title,
    ...(customer
      ? {
          customer: {
            first_name: customer.firstName,
            email: customer.email,
            phone: customer.phone,
            id: Number(customer.id),
            orders,
          },
        }
      : {}),
    demo_customers: [...sim.state.customers.values()].slice(0, 12).map((one) => ({
      id: one.id,
      name: `${one.firstName} ${one.lastName}`,
      contact: one.email ?? one.phone ?? "",
    })),
  });
}
