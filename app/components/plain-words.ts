import type { ReplayLimit } from "../journeys/replay-report.ts";
import type { LogState } from "../reports/report-store.ts";

// What the records call by short names, in words a merchant reads without a manual.

/** Why a message was delayed or not sent. A reason without an entry shows its own name, spaced. */
const REASONS: Record<string, string> = {
  due: "It was due",
  recalled: "It was no longer true: a silent word took its place on the screen",
  webhook_delivered: "Your system was told",
  // delayed
  quiet_hours: "Quiet hours: it waits until they end",
  minimum_gap: "Another message came too shortly before: it waits",
  cap_per_day: "This person had enough messages for a day: it waits",
  cap_per_week: "This person had enough messages for a week: it waits",
  outranked: "A more important message is due for this person soon and would find no room after this one: it waits",
  possible_purchase: "An order nobody could be linked to contained this item: it waits, in case it was theirs",
  shopping: "They were looking at the shop at that moment: it waits until they leave",
  no_code_yet: "No discount code was ready: it waits for one",
  waiting_for_tracking: "The shipment has no tracking number yet: it waits for one",
  order_history_unknown: "Nobody knows yet whether they have ordered before: it waits until that is sure",
  local_morning: "It is meant for the morning where they are: it waits for that",
  asked_later: "They tapped that button: it waits until the time they chose",
  not_used_up: "Others order this again later: it waits as long as they do",
  // dropped
  bought: "They bought",
  goal_reached: "The journey's goal was reached",
  event_exit: "Something happened that ends the journey",
  item_removed: "They took it out of the cart",
  webhook_failed: "Your system could not be told",
  purchased: "They bought",
  emptied: "They emptied the cart",
  out_of_stock: "It is out of stock",
  checkout_started: "They started the checkout: checkout recovery took over",
  added_to_cart: "They put it into the cart: cart recovery takes over",
  no_longer_true: "What it would have said was no longer true",
  nothing_to_offer: "There was no product to offer that fits",
  price_not_recorded: "Its price has not been recorded for 30 days yet: no reduction is claimed",
  replaced: "A newer visit took its place",
  returned: "They came back by themselves",
  unsubscribed: "They have unsubscribed, or have no device left",
  subscription_ended: "Their subscription had ended",
  paused: "They paused messages",
  muted: "They switched off this kind of message",
  no_marketing_consent: "They asked for alerts only, not for marketing",
  consent_withdrawn: "They withdrew their consent",
  uninstalled: "The app was uninstalled",
  journey_off: "The journey was switched off",
  run_exited: "The journey ended for them before it left",
  filtered: "The journey's filter does not let them in",
  not_new: "They had it before",
  too_late: "It would have come too late to be useful",
  superseded: "A newer message took its place before this one was shown",
  cancelled: "It was cancelled",
  reviewed: "They have written a review",
  done_meanwhile: "They have done what it asks for",
  asked_only_if_cheaper: "They tapped that button: they hear of it only if it gets cheaper",
  asked_for_quiet: "They tapped that button: no marketing for the days they chose",
  uncertain: "It may have arrived already, and this device would have shown it twice",
  broken_text: "Its text could not be rendered: check the journey's texts",
  no_code: "It was to bring a discount code, and the shopper gets none",
  budget_spent: "The week’s budget for discount codes is spent",
  expired: "The push service could not reach the device in time",
};

/** @param isFinal the message was dropped for it, where others wait */
export function reasonInWords(reason: string, isFinal = false): string {
  const words = REASONS[reason] ?? sentence(reason);
  return isFinal ? words.replace(WAITS, ", and it could not wait that long") : words;
}

/** The end of those reasons that hold a message back for a while. */
const WAITS = /: it waits.*$/;

/** Where a log entry stands: a badge's words, tone and an explanation. */
export const LOG_STATE_WORDS: Record<
  LogState,
  { label: string; tone: "success" | "info" | "attention" | "warning" | "critical" | "neutral"; meaning: string }
> = {
  clicked: { label: "Clicked", tone: "success", meaning: "The shopper clicked it" },
  shown: { label: "Shown", tone: "success", meaning: "The browser reported that it was displayed" },
  dismissed: { label: "Dismissed", tone: "neutral", meaning: "The shopper swiped it away" },
  accepted: {
    label: "Accepted",
    tone: "info",
    meaning: "The push service took it; the device has not reported back yet",
  },
  waiting: { label: "On its way", tone: "info", meaning: "It is being sent, or is tried again" },
  delayed: { label: "Delayed", tone: "attention", meaning: "It waits; it was not sent at this moment" },
  dropped: { label: "Not sent", tone: "neutral", meaning: "It was held back for good" },
  superseded: { label: "Replaced", tone: "neutral", meaning: "A newer message took its place before it was shown" },
  expired: { label: "Expired", tone: "warning", meaning: "The device could not be reached in time" },
  failed: { label: "Refused", tone: "critical", meaning: "The push service refused it" },
};

/** What a push service's refusal means, and what to do. */
export function refusalInWords(status: number): { meaning: string; whatToDo: string } {
  const known = REFUSALS[status];
  return known ?? { meaning: `The push service answered ${status}.`, whatToDo: "Look at the app's log for its words." };
}

const REFUSALS: Record<number, { meaning: string; whatToDo: string }> = {
  400: {
    meaning: "The push service could not read our request (400).",
    whatToDo:
      "This is a fault of the app, not of your texts. Update Beckon; if it goes on, report it with the push log entry.",
  },
  401: {
    meaning: "The push service did not accept our signature (401).",
    whatToDo:
      "Check that the server's clock is right and that VAPID_SUBJECT is a contact of yours that exists. `npm run doctor` checks both.",
  },
  403: {
    meaning: "The subscription was made with another key than the one we sign with (403).",
    whatToDo:
      "This happens when the database was restored without its keys, or ENCRYPTION_KEY was changed. Put the old key back; " +
      "otherwise subscribers are renewed quietly on their next visit.",
  },
  404: { meaning: "The subscription is over (404).", whatToDo: "Nothing: it was ended." },
  410: { meaning: "The subscription is over (410).", whatToDo: "Nothing: it was ended." },
  413: {
    meaning: "The message was too large for the push service (413).",
    whatToDo: "Shorten its text, or the addresses of its picture and buttons.",
  },
};

const ENDED: Record<string, string> = {
  unsubscribed: "Unsubscribed",
  endpoint_gone: "Browser gave up the subscription",
  consent_withdrawn: "Consent withdrawn",
  redacted: "Data deleted",
  replaced: "Renewed by the browser",
  key_changed: "Made with an old key",
  unknown: "Unknown",
};

export function endedInWords(cause: string): string {
  return ENDED[cause] ?? sentence(cause);
}

const OPT_INS: Record<string, string> = {
  prompt: "The opt-in prompt",
  seconds: "The prompt, after some time on a page",
  page_views: "The prompt, after several pages",
  scroll: "The prompt, after scrolling",
  exit: "The prompt, when about to leave",
  add_to_cart: "The prompt, after something was put into the cart",
  home_screen: "The prompt, in the shop on the home screen",
  bell: "The bell",
  "stock-alert": "“Tell me when it is back”",
  "price-alert": "“Tell me when it is cheaper”",
  "install-sheet": "The home-screen sheet",
  quiet: "Renewed quietly",
};

export function optInInWords(variant: string): string {
  return OPT_INS[variant] ?? sentence(variant);
}

const SOURCES: Record<string, string> = {
  direct: "Direct",
  organic_search: "Organic search",
  paid_search: "Paid search",
  social: "Social media",
  email: "E-mail",
  push: "Push",
  referral: "Another site",
};

export function sourceInWords(source: string): string {
  return SOURCES[source] ?? sentence(source);
}

/** "cart_recovery" → "Cart recovery". */
export function journeyName(kind: string): string {
  if (kind === "direct") return "Sent by hand";
  return sentence(kind);
}

/** The names of figures in a decision, spaced. */
export function sentence(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "Firefox on Windows", as far as it is known. */
export function deviceInWords(device: {
  browser: string | null;
  os: string | null;
  deviceType: string | null;
}): string {
  const type = device.deviceType === "mobile" ? "phone" : (device.deviceType ?? "device");
  if (device.browser && device.os) return `${device.browser} on ${device.os}`;
  return device.browser ?? device.os ?? `Unknown ${type}`;
}

const TRIGGERS: Record<string, string> = {
  subscribed: "after they subscribed",
  cart_left: "after they left the shop",
  checkout_left: "after they left the checkout",
  holiday: "after that hour of the day",
  article: "after that hour of the day",
  chain: "after the last action of the chain",
  back_in_stock: "after it is back in stock",
  shipped: "after the news of the shipment",
};

/** What the first wait of a journey counts from. */
export function triggerInWords(trigger: string): string {
  return TRIGGERS[trigger] ?? `after: ${sentence(trigger).toLowerCase()}`;
}

const REPLAY_LIMITS: Record<ReplayLimit, string> = {
  stock: "What was in stock then: everything is taken to have been.",
  open_shop: "Who was looking at the shop when a message came: nobody is taken to have been.",
  choices:
    "When people paused or switched off messages and when you changed settings: all of that is taken as it is today, and so are prices that were not recorded.",
  other_messages: "What other journeys would have sent: they count as they really sent.",
  recorded_starts:
    "Whom this journey would have begun with while it was switched off: only those it really began with are counted.",
};

/** What a try on the past cannot know, and what it takes instead. */
export function replayLimitInWords(limit: ReplayLimit): string {
  return REPLAY_LIMITS[limit];
}
