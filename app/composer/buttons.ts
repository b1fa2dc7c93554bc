import { DateTime } from "luxon";
import { intlLocale, ownLanguage } from "./locales.ts";

// Buttons that do something instead of leading somewhere. What a button needs is tied to it when its message is composed, so
// that a tap hours later does what was meant then; what cannot be kept is left out.

/** As a merchant writes it. `at` is a time of day such as "20:00", the shopper's own. */
export type ButtonDoes =
  { type: "remind"; at: string } | { type: "if_cheaper" } | { type: "quiet"; days: number } | { type: "share" };

/** As it is kept with the composed message. `path` leads to what is shared, on the shop's own domain. */
export type BoundDoes =
  | { type: "remind"; at: string }
  | { type: "if_cheaper"; variantIds: string[] }
  | { type: "quiet"; days: number }
  | { type: "share"; path: string; title: string };

/** What the moment of composing knows that buttons need. */
export type ButtonFacts = {
  now: Date;
  /** A later message of the same run can be put off. */
  hasRun: boolean;
  /** Variants whose price would be told of when it falls; empty when nobody would tell. */
  watchable: string[];
  /** The product that a friend would be shown; null: none. */
  shareable: { path: string; title: string } | null;
};

/** Null: this button could not keep its word here. */
export function bindButton(does: ButtonDoes, facts: ButtonFacts | undefined): BoundDoes | null {
  switch (does.type) {
    case "remind":
      return facts?.hasRun ? does : null;
    case "if_cheaper":
      return facts?.hasRun && facts.watchable.length > 0 ? { type: does.type, variantIds: facts.watchable } : null;
    case "quiet":
      return does;
    case "share":
      return facts?.shareable ? { type: does.type, ...facts.shareable } : null;
  }
}

/** Whether a tap on the button brings the shopper to the shop. */
export function opensPage(does: BoundDoes | null | undefined): boolean {
  return !does || does.type === "share";
}

/** The next time it is `at` where the shopper is: today, or tomorrow when that has passed. */
export function nextTimeOfDay(at: string, timezones: (string | null)[], now: Date): Date {
  const there = localTime(timezones, now);
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const today = there.set({ hour, minute, second: 0, millisecond: 0 });
  return (today.toMillis() > now.getTime() ? today : today.plus({ days: 1 })).toJSDate();
}

/** What the field `reminder_day` says on a button that reminds at `at`. */
export function reminderDay(at: string, timezone: string, now: Date): "tonight" | "tomorrow" {
  const next = DateTime.fromJSDate(nextTimeOfDay(at, [timezone], now), { zone: localTime([timezone], now).zone });
  return next.hasSame(localTime([timezone], now), "day") ? "tonight" : "tomorrow";
}

function localTime(timezones: (string | null)[], now: Date): DateTime {
  const zones = timezones.map((zone) => (zone ? DateTime.fromJSDate(now, { zone }) : null));
  return zones.find((there) => there?.isValid) ?? DateTime.fromJSDate(now, { zone: "UTC" });
}

type DoneWords = { remind: (time: string) => string; if_cheaper: string; quiet: (days: number) => string };

const DONE: Record<"en" | "tr" | "ar", DoneWords> = {
  en: {
    remind: (time) => `All right: we will remind you at ${time}.`,
    if_cheaper: "All right: you hear from us about this only if it gets cheaper.",
    quiet: (days) => `All right: no offers or reminders for ${days === 1 ? "a day" : `${days} days`}.`,
  },
  tr: {
    remind: (time) => `Tamam, saat ${time} için hatırlatacağız.`,
    if_cheaper: "Tamam, yalnızca fiyatı düşerse haber vereceğiz.",
    quiet: (days) => `Tamam, ${days} gün boyunca fırsat ya da hatırlatma yok.`,
  },
  ar: {
    remind: (time) => `حسنًا، سنذكّرك الساعة ${time}.`,
    if_cheaper: "حسنًا، لن نراسلك بشأنه إلا إذا انخفض سعره.",
    quiet: (days) => `حسنًا، لا عروض ولا تذكيرات ${daysInArabic(days)}.`,
  },
};

/**
 * What the shopper reads after the tap, in `ownLanguage(locale)`; null for a button that opens a page. True whenever the tap
 * comes.
 */
export function doneText(does: BoundDoes, locale: string): string | null {
  const language = ownLanguage(locale);
  const words = DONE[language];
  // An English sentence keeps the reader's own variety of English, or hours that everybody reads.
  const timeLocale = locale.split("-")[0]?.toLowerCase() === language ? locale : "en-GB";
  switch (does.type) {
    case "remind":
      return words.remind(isolateTime(timeOfDay(does.at, timeLocale), language));
    case "if_cheaper":
      return words.if_cheaper;
    case "quiet":
      return words.quiet(does.days);
    case "share":
      return null;
  }
}

function timeOfDay(at: string, locale: string): string {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const when = DateTime.fromObject({ year: 2000, hour, minute }, { zone: "UTC" });
  return when.setLocale(intlLocale(locale)).toLocaleString({ hour: "numeric", minute: "2-digit" });
}

function isolateTime(time: string, locale: string): string {
  return locale.startsWith("ar") ? `\u2068${time}\u2069` : time;
}

function daysInArabic(days: number): string {
  if (days === 1) return "ليوم واحد";
  if (days === 2) return "ليومين";
  return `لمدة ${days} ${days <= 10 ? "أيام" : "يومًا"}`;
}
