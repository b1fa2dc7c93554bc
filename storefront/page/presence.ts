import { minorUnits } from "../money.ts";
import { allowed } from "./consent.ts";
import { flush, isSubscriber, track } from "./events.ts";
import { page } from "./page.ts";
import { randomId, read, save } from "./state.ts";

/** A tab that crashed never said goodbye; after this long it is not believed to be in view. */
const STALE_MS = 3_600_000;
/** A page of the shop opens within this time after the click that leads to it. */
const FOLLOW_MS = 10_000;

const tab = randomId();
let isInView: boolean;
let isReported: boolean;
let since = 0;
/** The last click or form that leads to a page of the shop. */
let followed: Event | undefined;
let isIntentSent: boolean;

/** Tells what this page was, once, and when the last tab of the shop went out of view. */
export function watchPresence(): void {
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", hide);
  addEventListener("pageshow", look);
  addEventListener("click", follow, true);
  addEventListener("submit", follow, true);
  look();
}

function look(): void {
  if (document.visibilityState === "hidden") return hide();
  if (isInView) return;
  isInView = true;
  isIntentSent = false;
  since ||= Date.now();
  save({ tabs: [...otherTabs(), [tab, Date.now()]] });
  if (read().left) {
    save({ left: false });
    if (isSubscriber()) track("returned", {}, true);
  }
}

function hide(): void {
  if (!isInView) return;
  isInView = false;
  const tabs = otherTabs();
  save({ tabs });
  if (!allowed()) return;
  report();
  // Whether the theme took the click for itself (a drawer) is known only now.
  const isFollowing = followed && !followed.defaultPrevented && performance.now() - followed.timeStamp < FOLLOW_MS;
  if (isSubscriber() && !tabs.length && !isFollowing) {
    save({ left: true });
    track("left");
  }
  void flush(true);
}

function otherTabs(): [string, number][] {
  return (read().tabs || []).filter(([id, at]) => id !== tab && Date.now() - at < STALE_MS);
}

/** One account of the page, when it is first out of view: what it showed, and for how long. */
function report(): void {
  if (isReported) return;
  isReported = true;
  // A computer that slept with the page open has not read it for days.
  const seconds = Math.min(Math.round((Date.now() - since) / 1000), 3600);
  const { product, collection, currency } = page;
  const query = location.pathname.endsWith("/search") && new URLSearchParams(location.search).get("q");
  track("page_viewed", { path: location.pathname, seconds });
  if (product) {
    track("product_viewed", { ...product.data, price: minorUnits(product.price, currency), currency, seconds });
  }
  if (collection) track("collection_viewed", { ...collection, seconds });
  if (query) track("search_submitted", { query: query.slice(0, 200) });
}

/** Notes who is on the way to another page of the shop or to the checkout: that is not leaving. */
function follow(event: Event): void {
  const path = event.composedPath() as Partial<HTMLAnchorElement & HTMLFormElement>[];
  const name = event.type === "submit" ? "action" : "href";
  const url = String(path.find((node) => node[name])?.[name]);
  // The express buttons go their own way; nothing but the click tells of them.
  const isIntent = path.some((node) => node.matches?.("[name=checkout],[href*='/checkout'],.shopify-payment-button"));
  if (isIntent || (url.startsWith(location.origin) && !url.includes("#"))) followed = event;
  if (isIntent) {
    if (!isIntentSent && allowed()) track("checkout_intent", { cartToken: read().cartToken || null }, true);
    isIntentSent = true;
  }
}
