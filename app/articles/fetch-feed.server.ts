import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { BlockedAddressError, isPublicAddress, publicLookup } from "../sender/public-lookup.server.ts";
import type { FeedProblem } from "./article-store.ts";

const TIMEOUT_MS = 10_000;
const LARGEST_BYTES = 2_000_000;
const MOST_REDIRECTS = 3;

/** What was last read, so that a feed that has not changed is not sent again. */
export type FeedVersion = { etag: string | null; lastModified: string | null };

export type FeedAnswer =
  | ({ type: "feed"; text: string; url: string } & FeedVersion)
  | { type: "unchanged" }
  | { type: "problem"; problem: FeedProblem };

export type FetchFeed = (url: string, version: FeedVersion) => Promise<FeedAnswer>;

/**
 * Reads feeds over https from public addresses, in ten seconds and two megabytes. A merchant names the address, so that
 * the network of the machine must not be within its reach: names are looked up once, by what then connects.
 *
 * @param simulatedShopifyUrl the only origin that may be elsewhere
 */
export function createFetchFeed(simulatedShopifyUrl: string | null): FetchFeed {
  return async (url, version) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await follow(url, version, simulatedShopifyUrl, signal);
    } catch (error) {
      return { type: "problem", problem: error instanceof BlockedAddressError ? "not_public" : "unreachable" };
    }
  };
}

async function follow(
  first: string,
  version: FeedVersion,
  simulated: string | null,
  signal: AbortSignal,
): Promise<FeedAnswer> {
  let url = new URL(first);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const isSimulated = simulated !== null && url.origin === simulated;
    if (!isSimulated && !isAllowed(url)) return { type: "problem", problem: "not_public" };
    const answer = await get(url, version, isSimulated, signal);
    const { statusCode = 0, headers } = answer;
    const location = [301, 302, 303, 307, 308].includes(statusCode) ? headers.location : undefined;
    if (location === undefined) return read(answer, url);
    answer.destroy();
    const next = URL.parse(location, url);
    if (!next) return { type: "problem", problem: "refused" };
    url = next;
  }
  return { type: "problem", problem: "refused" };
}

function isAllowed({ protocol, port, username, password, hostname }: URL): boolean {
  if (protocol !== "https:" || port !== "" || username !== "" || password !== "") return false;
  const address = hostname.replace(/^\[|\]$/g, "");
  // An address in place of a name is not looked up by anybody.
  return isIP(address) === 0 || isPublicAddress(address);
}

function get(url: URL, version: FeedVersion, isSimulated: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    accept: "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9",
    "accept-encoding": "identity",
    "user-agent": "Beckon",
    ...(version.etag && { "if-none-match": version.etag }),
    ...(version.lastModified && { "if-modified-since": version.lastModified }),
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === "http:" && isSimulated
        ? httpRequest(url, { headers, signal })
        : httpsRequest(url, { headers, signal, agent: false, ...(!isSimulated && { lookup: publicLookup }) });
    request.on("response", resolve).on("error", reject).end();
  });
}

async function read(answer: IncomingMessage, url: URL): Promise<FeedAnswer> {
  const { statusCode, headers } = answer;
  if (statusCode !== 200) answer.destroy();
  if (statusCode === 304) return { type: "unchanged" };
  if (statusCode === 404 || statusCode === 410) return { type: "problem", problem: "not_found" };
  if (statusCode !== 200) return { type: "problem", problem: (statusCode ?? 0) >= 500 ? "unreachable" : "refused" };

  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LARGEST_BYTES) {
      answer.destroy();
      return { type: "problem", problem: "too_large" };
    }
    parts.push(part);
  }
  return {
    type: "feed",
    text: Buffer.concat(parts).toString("utf8"),
    url: url.href,
    etag: headerOf(headers.etag),
    lastModified: headerOf(headers["last-modified"]),
  };
}

/** What is sent back with the next request; none that is too long to be one. */
function headerOf(value: string | undefined): string | null {
  return value !== undefined && value.length <= 300 ? value : null;
}
