import { bindButton, doneText, reminderDay } from "./buttons.ts";
import type { ButtonFacts } from "./buttons.ts";
import type { MessageText, TextsByLocale } from "./message-texts.ts";
import { DISCOUNT_FIELDS } from "./discount-words.ts";
import { chooseLocale, textDirection } from "./locales.ts";
import { renderTemplate } from "./liquid.server.ts";
import { markTarget } from "./target-links.ts";
import type { TemplateFacts } from "./template-fields.ts";
import type { ComposedMessage } from "../store/sqlite/schema.server.ts";

export type ComposeInput = {
  /** The journey's kind, "campaign" or "direct": the utm_campaign. */
  kind: string;
  /** Texts by language, at least one. */
  texts: TextsByLocale;
  /** Texts that do without what `texts` may promise, used where a discount code was meant and there is none. */
  plainTexts: TextsByLocale | null;
  facts: TemplateFacts;
  /** Languages, most wanted first: the shopper's, the shop's. */
  wishedLocales: (string | null)[];
  /** The shopper's timezone. */
  timezone: string;
  /** Where a click leads unless the text says otherwise: a path on the shop's domain or an https address. */
  target: string;
  /** The product's picture, used unless the text names one or wants none. */
  image: string | null;
  icon: string | null;
  /** Absent: buttons that need something of the moment are left out. */
  buttons?: ButtonFacts;
  tag: string;
  renotify: boolean;
};

export type Composed = { message: ComposedMessage; targetUrl: string; locale: string };

// What the systems show before they cut (Windows and Android are the most generous). Longer words are only bytes.
const LONGEST_TITLE = 120;
const LONGEST_BODY = 400;
const LONGEST_ACTION = 40;

/**
 * Words, picture and links of one notification for one person.
 *
 * @throws LiquidError when a stored text no longer renders, or when nothing is left to show
 */
export function compose(input: ComposeInput): Composed {
  const composed = composeWith(input.texts, input);
  // A sentence around a code that is not there would promise nothing: say what is true without one.
  if (composed.needsCode && input.plainTexts) return composeWith(input.plainTexts, input).composed;
  return composed.composed;
}

function composeWith(texts: TextsByLocale, input: ComposeInput): { composed: Composed; needsCode: boolean } {
  const locale = chooseLocale(Object.keys(texts), input.wishedLocales);
  const text = texts[locale];
  if (!text) throw new Error(`No text in ${locale}`);
  const options = { locale, timezone: input.timezone };
  const title = renderTemplate(text.title, input.facts, options);
  const body = renderTemplate(text.body, input.facts, options);
  const actions = (text.actions ?? []).flatMap((button) => composeButton(button, input, locale) ?? []);
  const labels = (text.actions ?? []).map((button) => renderTemplate(button.title, input.facts, options));
  const holes = [title, body, ...labels].flatMap((rendered) => [...rendered.holes]);
  const needsCode = holes.some((field) => (DISCOUNT_FIELDS as readonly string[]).includes(field));

  const targetUrl = markTarget(text.url ?? input.target, input.kind);
  const message: ComposedMessage = {
    title: clip(title.text, LONGEST_TITLE) || (input.facts.shop_name ?? ""),
    body: clip(body.text, LONGEST_BODY),
    lang: locale,
    dir: textDirection(locale),
    icon: text.icon ?? input.icon,
    image: text.image === undefined ? input.image : text.image,
    badge: null,
    actions: actions.filter((action) => action.title !== ""),
    tag: input.tag,
    renotify: input.renotify,
    requireInteraction: text.requireInteraction ?? false,
    silent: false,
  };
  return { composed: { message, targetUrl, locale }, needsCode };
}

/** Null for a button that could not keep its word. */
function composeButton(
  { action, title, url, does }: NonNullable<MessageText["actions"]>[number],
  { facts, buttons, kind, timezone }: ComposeInput,
  locale: string,
): ComposedMessage["actions"][number] | null {
  const bound = does ? bindButton(does, buttons) : null;
  if (does && !bound) return null;
  const reminder_day = does?.type === "remind" && buttons ? reminderDay(does.at, timezone, buttons.now) : null;
  const { text } = renderTemplate(title, { ...facts, reminder_day }, { locale, timezone });
  return {
    action,
    title: clip(text, LONGEST_ACTION),
    url: url ? markTarget(url, kind) : null,
    ...(bound && { does: bound, done: doneText(bound, locale) }),
  };
}

/** Cuts between letters as a reader sees them, so that no emoji and no Arabic letter is halved. */
function clip(text: string, longest: number): string {
  // A letter is one unit or more: most texts need not be taken apart.
  if (text.length <= longest) return text;
  const letters = [...new Intl.Segmenter().segment(text)];
  if (letters.length <= longest) return text;
  return `${letters
    .slice(0, longest - 1)
    .map(({ segment }) => segment)
    .join("")
    .trimEnd()}…`;
}
