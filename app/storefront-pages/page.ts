import { randomBytes } from "node:crypto";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { PageLanguage } from "./texts.ts";

export type Page = {
  language: PageLanguage;
  title: string;
  body: Html;
  /** Put into the head as it is, for refreshes without a script. */
  head?: Html;
  /** Runs after the body is there. */
  script?: Html;
  status?: number;
};

/**
 * A page on the shop's own domain that stands alone: no theme, no cookies, nothing from elsewhere, never kept by caches,
 * search engines or as a referrer (its address holds a token).
 */
export function pageResponse({ language, title, body, head, script, status = 200 }: Page): Response {
  const nonce = randomBytes(16).toString("base64");
  const document = html`<!doctype html>
    <html lang="${language.lang}" dir="${language.dir}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${head ?? null}
        <style nonce="${nonce}">
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <main>${body}</main>
        ${
          script
            ? html`<script nonce="${nonce}">
                ${script};
              </script>`
            : null
        }
      </body>
    </html>`;
  return new Response(document.markup, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Robots-Tag": "noindex, nofollow",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
    },
  });
}

/** Whether the asker is a person with a browser, who is better served with a page than with problem details. */
export function wantsPage(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}

const STYLE = `
:root{color-scheme:light dark;--text:#1a1c1d;--soft:#5c6166;--line:#d9dce0;--paper:#fff;--ground:#f4f5f6;--accent:#1a1c1d;--on-accent:#fff;--danger:#b3261e;--good:#0b6b3a}
@media (prefers-color-scheme:dark){:root{--text:#eceef0;--soft:#a3a9af;--line:#3a3f44;--paper:#1d2023;--ground:#121415;--accent:#eceef0;--on-accent:#121415;--danger:#ff8a80;--good:#7bd6a3}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans Arabic",sans-serif}
main{max-width:34rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.625rem;line-height:1.25;margin:0 0 1rem;letter-spacing:-.01em}
h2{font-size:1.0625rem;margin:0 0 .25rem}
p{margin:0 0 .75rem}
section{background:var(--paper);border:1px solid var(--line);border-radius:.875rem;padding:1.125rem 1.25rem;margin:0 0 1rem}
.soft{color:var(--soft);font-size:.9375rem}
.shop{margin:0;color:var(--soft);font-weight:600}
.check+.wide,input+.wide{margin-top:.75rem}
.notice{border-color:var(--good);color:var(--good);font-weight:600}
.row{display:flex;flex-wrap:wrap;gap:.625rem}
.check{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0;min-height:2.75rem;cursor:pointer}
.check input{inline-size:1.25rem;block-size:1.25rem;margin:.125rem 0 0;accent-color:var(--accent);flex:none}
.check .soft{display:block}
button,.button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.125rem;border-radius:.625rem;border:1px solid var(--line);background:var(--paper);color:var(--text);cursor:pointer;text-decoration:none;display:inline-flex;align-items:center;justify-content:center}
button.strong,.button.strong{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.danger{color:var(--danger);border-color:currentColor}
button.wide,.button.wide{width:100%}
button:focus-visible,.button:focus-visible,input:focus-visible,summary:focus-visible{outline:3px solid #2f6fed;outline-offset:2px}
summary{cursor:pointer;font-weight:600;min-height:2.75rem;display:inline-flex;align-items:center;color:var(--danger)}
ul{margin:0 0 1rem;padding-inline-start:1.25rem}
.moving{min-height:60vh;display:grid;place-content:center;text-align:center;gap:1rem}
.moving .soft{font-size:1.0625rem}
[hidden]{display:none!important}
@media (max-width:30rem){main{padding-top:1.25rem}.row>*{flex:1 1 auto}}
`;
