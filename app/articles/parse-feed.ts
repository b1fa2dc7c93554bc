import { createHash } from "node:crypto";
import { Parser, parseFeed as parseXml } from "htmlparser2";
import type { Article } from "./article-store.ts";

const MOST_ARTICLES = 100;
const LONGEST_TITLE = 300;
const LONGEST_URL = 1_000;
const DEEPEST = 32;

/**
 * The articles of an Atom or RSS document, as it lists them. The parser knows no document types: nothing it reads can
 * unfold into more than was sent, or name a file.
 *
 * @param feedUrl what relative addresses are relative to
 * @param shopOrigin addresses there become paths
 * @returns null for what is no feed
 */
export function parseFeed(text: string, feedUrl: string, shopOrigin: string): Article[] | null {
  const feed = isShallow(text) ? parseXml(text) : null;
  if (!feed) return null;
  return feed.items.slice(0, MOST_ARTICLES).flatMap((item): Article[] => {
    const title = plainText(item.title ?? "").slice(0, LONGEST_TITLE);
    const url = addressOf(item.link, feedUrl, shopOrigin);
    if (title === "" || url === null) return [];
    const picture = item.media?.find(({ medium, type }) => medium === "image" || type?.startsWith("image/"))?.url;
    const publishedAt = item.pubDate && !Number.isNaN(item.pubDate.getTime()) ? item.pubDate : null;
    return [
      {
        articleId: createHash("sha256")
          .update(item.id ?? url)
          .digest("base64url"),
        title,
        url,
        image: imageAddress(picture ?? firstPicture(item.description ?? ""), feedUrl),
        publishedAt,
      },
    ];
  });
}

/** A feed is a few levels deep. Each level more costs another walk over all that is below it. */
function isShallow(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  const parser = new Parser(
    {
      onopentagname() {
        depth += 1;
        deepest = Math.max(deepest, depth);
        if (deepest > DEEPEST) parser.pause();
      },
      onclosetag() {
        depth -= 1;
      },
    },
    { xmlMode: true },
  );
  parser.write(text);
  return deepest <= DEEPEST;
}

function addressOf(link: string | undefined, feedUrl: string, shopOrigin: string): string | null {
  const url = link ? URL.parse(link, feedUrl) : null;
  if (!url) return null;
  const address = url.origin === shopOrigin ? url.pathname + url.search : url.href;
  const isUsable = url.origin === shopOrigin ? address.startsWith("/") : url.protocol === "https:";
  return isUsable && !address.startsWith("//") && address.length <= LONGEST_URL ? address : null;
}

function imageAddress(source: string | null, feedUrl: string): string | null {
  const url = source ? URL.parse(source, feedUrl) : null;
  return url?.protocol === "https:" && url.href.length <= LONGEST_URL ? url.href : null;
}

/** What a reader sees of a text that may hold markup. */
function plainText(html: string): string {
  let text = "";
  const parser = new Parser({ ontext: (part) => (text += part) });
  parser.end(html);
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}

function firstPicture(html: string): string | null {
  let source: string | null = null;
  const parser = new Parser({
    onopentag(name, { src }) {
      if (name === "img" && src && source === null) source = src;
    },
  });
  parser.end(html);
  return source;
}
