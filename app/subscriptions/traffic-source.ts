import type { TrafficSource } from "../store/sqlite/schema.server.ts";

export type { TrafficSource };

type Utm = NonNullable<TrafficSource["utm"]>;

const SEARCH = /(^|\.)(google|bing|duckduckgo|yahoo|yandex|baidu|ecosia|startpage|qwant|naver|seznam|brave)\./;
const SOCIAL =
  /(^|\.)(facebook|instagram|threads|twitter|x|tiktok|pinterest|linkedin|reddit|youtube|snapchat|whatsapp|telegram|vk|weibo|tumblr|discord)\.(com|net|org|ru|me)$|^(t\.co|fb\.me|lnkd\.in|youtu\.be|pin\.it|wa\.me|t\.me|l\.facebook\.com|l\.instagram\.com|lm\.facebook\.com)$/;
const EMAIL =
  /^(mail|webmail|outlook|e)\.|(^|\.)(mail\.google\.com|outlook\.live\.com|mail\.yahoo\.com|klclick\d*\.com)$/;
const PAID_MEDIUM = /^(cpc|ppc|paid|paid[_-]?search|sem|cpm|cpv|display|paidsocial|paid[_-]?social)$/;
const SOCIAL_MEDIUM = /^(social|social[_-]?(media|network)|sm)$/;
const EMAIL_MEDIUM = /^(e-?mail|newsletter)$/;
const PUSH_MEDIUM = /^(web_?push|push|notification)$/;

/**
 * Where a visit came from, in the classes of the reports. What the link says of itself (UTM) counts before the referrer;
 * a referrer from the shop itself is none.
 *
 * @param referrer an address or a host
 * @param ownHosts hosts of the shop
 * @returns null when nothing is known, not even that it was direct
 */
export function trafficSource(
  utm: Partial<Utm> | null | undefined,
  referrer: string | null | undefined,
  ownHosts: string[],
): TrafficSource | null {
  if (utm === undefined && referrer === undefined) return null;
  const marks = utm ? known(utm) : null;
  const host = hostOf(referrer ?? "");
  const referrerHost = host && !ownHosts.includes(host) ? host : null;
  return { class: classOf(marks, referrerHost), utm: marks, referrerHost };
}

function classOf(utm: Utm | null, host: string | null): TrafficSource["class"] {
  const medium = utm?.medium?.toLowerCase() ?? "";
  const source = utm?.source?.toLowerCase() ?? "";
  if (PUSH_MEDIUM.test(medium) || source === "beckon") return "push";
  if (EMAIL_MEDIUM.test(medium)) return "email";
  if (PAID_MEDIUM.test(medium)) return SOCIAL.test(`${source}.com`) || /social/.test(medium) ? "social" : "paid_search";
  if (SOCIAL_MEDIUM.test(medium)) return "social";
  if (host === null) {
    if (source === "") return "direct";
    if (SOCIAL.test(`${source}.com`)) return "social";
    return medium === "organic" ? "organic_search" : "referral";
  }
  if (EMAIL.test(host)) return "email";
  if (SEARCH.test(host)) return "organic_search";
  return SOCIAL.test(host) ? "social" : "referral";
}

function known(utm: Partial<Utm>): Utm | null {
  const kept: Utm = {};
  for (const name of ["source", "medium", "campaign", "term", "content"] as const) {
    const value = utm[name]?.trim().slice(0, 200);
    if (value) kept[name] = value;
  }
  return Object.keys(kept).length > 0 ? kept : null;
}

function hostOf(referrer: string): string | null {
  if (referrer === "") return null;
  const url = URL.parse(referrer.includes("://") ? referrer : `https://${referrer}`);
  return url?.hostname.toLowerCase().replace(/^www\./, "") || null;
}
