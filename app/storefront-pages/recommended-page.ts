import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { PageLanguage } from "./texts.ts";

export type RecommendedCard = {
  title: string;
  handle: string;
  image: string | null;
  /** Written in the shopper's language. */
  price: string;
  /** Before a reduction. */
  compareAtPrice: string | null;
};

/**
 * Picked items as Liquid, which Shopify renders inside the shop's theme: header, fonts and colours are the theme's own.
 * Prices are shown to those who shop in the currency they are in; the others see them on the product's page.
 *
 * @param currency of the prices
 */
export function recommendedPage(language: PageLanguage, cards: RecommendedCard[], currency: string): Response {
  const { texts, lang, dir } = language;
  const list =
    cards.length === 0
      ? html`<p class="beckon-picks__empty">${texts.pickedNone}</p>`
      : html`<ul class="beckon-picks__list" role="list">
          ${cards.map((card) => cardOf(card, currency))}
        </ul>`;
  const page = html`<style>
      ${{ markup: STYLE }}
    </style>
    <section class="beckon-picks" data-beckon="recommended" lang="${lang}" dir="${dir}">
      <h1 class="beckon-picks__title">${texts.picked}</h1>
      ${list}
      <p><a class="beckon-picks__all" href="${ROOT}/collections/all">${texts.toShop}</a></p>
    </section>`;
  return new Response(page.markup, {
    headers: {
      "Content-Type": "application/liquid; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Robots-Tag": "noindex, nofollow",
    },
  });
}

/** The part of the shop in the language that is being read: "" or "/ar". */
const ROOT: Html = { markup: "{% if routes.root_url != '/' %}{{ routes.root_url }}{% endif %}" };

function cardOf({ title, handle, image, price, compareAtPrice }: RecommendedCard, currency: string): Html {
  const before = compareAtPrice === null ? null : html`<s>${asText(compareAtPrice)}</s> `;
  return html`<li class="beckon-picks__card">
    <a href="${ROOT}/products/${asText(encodeURIComponent(handle))}">
      ${image === null ? null : html`<img src="${asText(image)}" alt="" width="400" height="400" loading="lazy" />`}
      <span class="beckon-picks__name">${asText(title)}</span>
      {% if localization.country.currency.iso_code == '${asText(currency)}' %}<span class="beckon-picks__price"
        >${before}<bdi>${asText(price)}</bdi></span
      >{% endif %}
    </a>
  </li>`;
}

/** A product's name is no Liquid, whatever stands in it. */
function asText(text: string): Html {
  return { markup: html`${text}`.markup.replaceAll("{", "&#123;").replaceAll("}", "&#125;").replaceAll("%", "&#37;") };
}

const STYLE = `
.beckon-picks{max-width:75rem;margin-inline:auto;padding:2rem 1.25rem 3rem}
.beckon-picks__title{margin-block:0 1.5rem}
.beckon-picks__list{list-style:none;margin:0 0 2rem;padding:0;display:grid;gap:1.5rem 1rem;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}
.beckon-picks__card a{display:block;color:inherit;text-decoration:none}
.beckon-picks__card img{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:cover;border-radius:.5rem}
.beckon-picks__name{display:block;margin-block:.625rem .125rem;font-weight:600}
.beckon-picks__card a:hover .beckon-picks__name{text-decoration:underline}
.beckon-picks__card a:focus-visible{outline:3px solid currentColor;outline-offset:3px}
.beckon-picks__price s{opacity:.65}
@media (min-width:48rem){.beckon-picks__list{grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:2rem 1.5rem}}
`;
