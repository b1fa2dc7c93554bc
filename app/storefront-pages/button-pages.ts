import { html, jsonInScript } from "./html.ts";
import { pageResponse } from "./page.ts";
import type { PageLanguage } from "./texts.ts";

/** Where a button did something and our worker was not there to say so: what was done, and a way into the shop. */
export function donePage(language: PageLanguage, done: string, lang: string): Response {
  return pageResponse({
    language,
    title: done,
    body: html`<div class="moving" role="status">
      <p data-beckon-done="" lang="${lang}" dir="auto">${done}</p>
      <p><a class="button" href="/">${language.texts.toShop}</a></p>
    </div>`,
  });
}

/**
 * Passes a product on: the system's own sheet where there is one, else the link to copy. The link says nothing of who
 * shares it.
 *
 * @param path of the product on the shop's domain
 */
export function sharePage(language: PageLanguage, { title, path }: { title: string; path: string }): Response {
  const { texts } = language;
  return pageResponse({
    language,
    title: texts.shareTitle,
    body: html`<section>
      <h1>${texts.shareTitle}</h1>
      <p><bdi>${title}</bdi></p>
      <div class="row">
        <button type="button" class="strong" id="share" hidden>${texts.share}</button>
        <button type="button" id="copy">${texts.copyLink}</button>
        <a class="button" href="${path}">${texts.seeProduct}</a>
      </div>
      <p class="soft" role="status" id="copied"></p>
    </section>`,
    script: html`(${{ markup: SHARE }})(${jsonInScript({ title, path, copied: texts.copied })});`,
  });
}

/** Runs in the shopper's browser. The system's sheet opens only from a tap, so it cannot open by itself. */
const SHARE = `({ title, path, copied }) => {
  const url = new URL(path, location.origin).href;
  const share = document.getElementById("share");
  const says = document.getElementById("copied");
  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
  } else document.getElementById("copy").className = "strong";
  document.getElementById("copy").addEventListener("click", () =>
    navigator.clipboard.writeText(url).then(() => { says.textContent = copied; }, () => { says.textContent = url; }));
}`;
