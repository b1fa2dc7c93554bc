import { compose } from "./composer/compose.server.ts";
import type { ButtonFacts } from "./composer/buttons.ts";
import { checkTemplate, exampleFacts } from "./composer/liquid.server.ts";
import { exampleDiscountFacts } from "./journeys/discount.ts";
import type { StepDiscount } from "./journeys/discount.ts";
import type { MessageText } from "./journeys/message-text.ts";
import type { PreviewMessage } from "./components/notification-preview.tsx";

export type TextProblem = { field: string; message: string; line: number; column: number };

export type Preview = { message: PreviewMessage | null; problems: TextProblem[] };

/**
 * One language's text of a message with example values, as the composer writes it, or what is wrong with its Liquid. The
 * picture is drawn here: which product it will be is known only when the message leaves.
 */
export function previewText(
  { text, locale, discount }: { text: MessageText; locale: string; discount: StepDiscount | null },
  { shopName, iconUrl, timezone, now }: { shopName: string; iconUrl: string | null; timezone: string; now: Date },
): Preview {
  const fields: [string, string][] = [
    ["title", text.title],
    ["body", text.body],
    ...(text.actions ?? []).map(({ title }, index): [string, string] => [`actions.${index}.title`, title]),
  ];
  const problems = fields.flatMap(([field, source]) => checkTemplate(source).map((problem) => ({ field, ...problem })));
  if (problems.length > 0) return { message: null, problems };

  const facts = {
    ...exampleFacts(now),
    ...(shopName ? { shop_name: shopName } : {}),
    ...exampleDiscountFacts(discount, now),
  };
  const { message } = compose({
    kind: "preview",
    texts: { [locale]: text },
    plainTexts: null,
    facts,
    wishedLocales: [locale],
    timezone,
    target: "/",
    image: EXAMPLE_PICTURE,
    icon: iconUrl,
    buttons: EXAMPLE_BUTTONS(now),
    tag: "preview",
    renotify: false,
  });
  return { message, problems: [] };
}

/** Every button can keep its word. */
const EXAMPLE_BUTTONS = (now: Date): ButtonFacts => ({
  now,
  hasRun: true,
  watchable: ["1"],
  shareable: { path: "/products/example", title: "Example" },
});

const EXAMPLE_PICTURE = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><rect width="400" height="200" fill="#d9e2e3"/>' +
    '<path d="M150 70l30-20h40l30 20 30 18-16 30-18-8v50H154v-50l-18 8-16-30z" fill="#8fa9ab"/></svg>',
)}`;
