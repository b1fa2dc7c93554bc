import { html, redirect } from "../http.ts";
import type { Router, SimResponse } from "../http.ts";
import type { Sim } from "../sim.ts";
import { collectionByHandle, productByHandle } from "../state.ts";
import { forwardToApp } from "./app-proxy.ts";
import { answerBlog } from "./blog.ts";
import { answerCart } from "./cart-routes.ts";
import { createCheckoutRoutes } from "./checkout/routes.ts";
import { answerFile } from "./files.ts";
import { answerLinks } from "./link-routes.ts";
import { createPageRenderer } from "./page.ts";
import type { PageRenderer } from "./page.ts";
import { collectionDrop, productDrop, productsOf, visibleProducts } from "./product-drops.ts";
import { answerProducts, productJson } from "./product-routes.ts";
import { answerSettings } from "./settings-routes.ts";
import { translate } from "./translations.ts";
import { frontpageCollection, menuCollections, readVisit } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** The shop's pages, AJAX cart, checkout and app proxy. Answers every path that nobody else took. */
export function registerStorefront(router: Router, sim: Sim): void {
  const pages = createPageRenderer(sim);
  const answerCheckout = createCheckoutRoutes(sim);

  router.on("*", "*", async (request) => {
    const file = answerFile(sim, request.path);
    if (file) return file;

    const visit = readVisit(sim, request);
    return (
      (await forwardToApp(sim, visit, pages)) ??
      answerCart(sim, visit) ??
      answerProducts(sim, visit) ??
      answerLinks(sim, visit) ??
      answerCheckout(visit) ??
      answerSettings(sim, visit, pages) ??
      answerBlog(sim, visit, pages) ??
      answerPage(sim, visit, pages)
    );
  });
}

function answerPage(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse {
  if (visit.request.method !== "GET" && visit.request.method !== "HEAD") return html("", 405, { allow: "GET, HEAD" });

  const [section = "", handle = "", ...rest] = visit.path.split("/").slice(1).map(decodeURIComponent);
  // A product may be reached through a collection: /collections/home/products/bowl.
  if (section === "collections" && rest[0] === "products" && rest[1]) return productPage(sim, visit, pages, rest[1]);
  if (rest.length > 0) return notFound(pages, visit);

  switch (section) {
    case "":
      return homePage(sim, visit, pages);
    case "products":
      return handle ? productPage(sim, visit, pages, handle) : redirect(`${visit.folder}/collections/all`);
    case "collections":
      return handle ? collectionPage(sim, visit, pages, handle) : collectionsPage(sim, visit, pages);
    case "cart":
      return pages.render(visit, "cart", {
        page_title: translate(pages.translations, visit.locale, "cart.title"),
        cart_codes: visit.cart?.discountCodes.join(", ") ?? "",
      });
    case "search":
      return searchPage(sim, visit, pages);
    case "pages":
      return textPage(visit, pages, handle);
    default:
      return notFound(pages, visit);
  }
}

function homePage(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse {
  const frontpage = frontpageCollection(sim);
  const featured = (frontpage ? productsOf(sim, frontpage) : []).map((product) => productDrop(sim, visit, product));
  return pages.render(visit, "index", {
    hero_products: featured.slice(0, 3),
    featured_products: featured.slice(0, 8),
    menu_collections: menuDrops(sim, visit).slice(0, 8),
    page_description: translate(pages.translations, visit.locale, "home.text"),
  });
}

function productPage(sim: Sim, visit: Visit, pages: PageRenderer, handle: string): SimResponse {
  const product = productByHandle(sim.state, handle);
  if (!product || product.status !== "active") return notFound(pages, visit);

  const drop = productDrop(sim, visit, product);
  const others = visibleProducts(sim).filter((other) => other !== product);
  const related = [
    ...others.filter((other) => other.productType === product.productType),
    ...others.filter(
      (other) => other.productType !== product.productType && other.tags.some((tag) => product.tags.includes(tag)),
    ),
  ];
  return pages.render(visit, "product", {
    product: drop,
    product_json: productJson(drop),
    recommended_products: related.slice(0, 4).map((other) => productDrop(sim, visit, other)),
    page_title: drop.title,
    page_description: drop.description,
  });
}

function collectionPage(sim: Sim, visit: Visit, pages: PageRenderer, handle: string): SimResponse {
  const collection = collectionByHandle(sim.state, handle);
  if (!collection) return notFound(pages, visit);
  const drop = collectionDrop(sim, visit, collection);
  return pages.render(visit, "collection", { collection: drop, page_title: drop.title });
}

function collectionsPage(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse {
  return pages.render(visit, "list-collections", {
    menu_collections: menuDrops(sim, visit),
    page_title: translate(pages.translations, visit.locale, "home.collections"),
  });
}

function searchPage(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse {
  const terms = (visit.request.url.searchParams.get("q") ?? "").trim();
  const words = terms.toLocaleLowerCase(visit.locale).split(/\s+/).filter(Boolean);
  const results = visibleProducts(sim)
    .map((product) => productDrop(sim, visit, product))
    .filter((product) => {
      const text = [product.title, product.vendor, product.type, ...product.tags]
        .join(" ")
        .toLocaleLowerCase(visit.locale);
      return words.length > 0 && words.every((word) => text.includes(word));
    });
  return pages.render(visit, "search", {
    search: { terms, performed: terms !== "", results, results_count: results.length, types: ["product"] },
    page_title: translate(pages.translations, visit.locale, "search.title"),
  });
}

function textPage(visit: Visit, pages: PageRenderer, handle: string): SimResponse {
  const texts = pages.translations.byLocale.get(visit.locale)?.["pages"];
  const page = typeof texts === "object" ? texts[handle] : undefined;
  if (typeof page !== "object") return notFound(pages, visit);
  return pages.render(visit, "page", {
    page: { handle, title: page["title"], content: page["html"] },
    page_title: page["title"],
  });
}

function notFound(pages: PageRenderer, visit: Visit): SimResponse {
  return pages.render(
    visit,
    "404",
    { page_title: translate(pages.translations, visit.locale, "not_found.title") },
    404,
  );
}

function menuDrops(sim: Sim, visit: Visit) {
  return menuCollections(sim).map((collection) => collectionDrop(sim, visit, collection));
}
