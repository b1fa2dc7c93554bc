import { createHash } from "node:crypto";
import { html } from "../http.ts";
import type { SimResponse } from "../http.ts";
import type { Sim } from "../sim.ts";
import type { Article } from "../state.ts";
import { escapeHtml } from "./escape-html.ts";
import type { PageRenderer } from "./page.ts";
import type { Visit } from "./visit.ts";

const BLOG = "/blogs/news";

/** The shop's blog: its feed as Shopify writes it, and a page for each article. Null for other paths. */
export function answerBlog(sim: Sim, visit: Visit, pages: PageRenderer): SimResponse | null {
  if (visit.request.method !== "GET" && visit.request.method !== "HEAD") return null;
  if (visit.path === `${BLOG}.atom`) return answerFeed(sim, visit);
  if (!visit.path.startsWith(`${BLOG}/`)) return null;
  const article = sim.state.articles.find(({ handle }) => visit.path === `${BLOG}/${handle}`);
  if (!article) return html("Not Found", 404);
  const { handle, title, bodyHtml } = article;
  return pages.render(visit, "page", { page: { handle, title, content: bodyHtml }, page_title: title });
}

function answerFeed(sim: Sim, visit: Visit): SimResponse {
  const newestFirst = sim.state.articles.toSorted((a, b) => b.publishedAt.getTime() - a.publishedAt.getTime());
  const entries = newestFirst.map((article) => entryOf(sim.origin, article)).join("");
  const updated = newestFirst[0]?.publishedAt.toISOString() ?? sim.state.shop.createdAt.toISOString();
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
<id>${sim.origin}${BLOG}.atom</id><title>${escapeHtml(sim.state.shop.name)} - News</title><updated>${updated}</updated>${entries}
</feed>`;
  const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
  if (visit.request.headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
  return { status: 200, headers: { "content-type": "application/atom+xml; charset=utf-8", etag }, body };
}

function entryOf(origin: string, { handle, title, bodyHtml, publishedAt }: Article): string {
  const address = `${origin}${BLOG}/${handle}`;
  const at = publishedAt.toISOString();
  return `
<entry><id>${address}</id><published>${at}</published><updated>${at}</updated>
<link rel="alternate" type="text/html" href="${address}"/><title>${escapeHtml(title)}</title>
<content type="html">${escapeHtml(bodyHtml)}</content></entry>`;
}
