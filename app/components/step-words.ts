import type { Condition, ConditionGroup } from "../journeys/conditions.ts";
import type { Step } from "../journeys/definition.ts";
import type { EventMatch } from "../journeys/event-match.ts";
import { delayParts } from "./delay-text.ts";
import { languageName } from "./format.ts";
import { sentence } from "./plain-words.ts";

/** A line of a journey that the form shows but does not edit. `level`: how deep it stands inside others. */
export type StepLine = { level: number; text: string };

/** A step in words, with those inside it below it. */
export function stepInWords(step: Step, level = 0): StepLine[] {
  const line = (text: string, at = level): StepLine => ({ level: at, text });
  const inside = (steps: Step[]) => steps.flatMap((one) => stepInWords(one, level + 2));
  switch (step.type) {
    case "wait":
      return [line(waitInWords(step))];
    case "message": {
      const [locale, text] = Object.entries(step.message)[0] ?? [];
      const percent = step.discount ? ", with a discount code" : "";
      return [line(`Message “${text?.title ?? ""}” (${locale ? languageName(locale) : ""})${percent}`)];
    }
    case "condition":
      return [line(`Goes on only if ${conditionsInWords(step.if)}`)];
    case "branch":
      return [
        line(`If ${conditionsInWords(step.if)}:`),
        ...(step.yes.length > 0 ? inside(step.yes) : [line("nothing", level + 2)]),
        line("Otherwise:"),
        ...(step.no.length > 0 ? inside(step.no) : [line("nothing", level + 2)]),
      ];
    case "split":
      return step.ways.flatMap(({ name, share, steps }) => [
        line(`${share} of 100 go way ${name}:`),
        ...(steps.length > 0 ? inside(steps) : [line("nothing", level + 2)]),
      ]);
    case "tag": {
      const added = step.add.length > 0 ? [`adds the tag ${step.add.join(", ")}`] : [];
      const removed = step.remove.length > 0 ? [`removes the tag ${step.remove.join(", ")}`] : [];
      return [line(capital([...added, ...removed].join(" and ")))];
    }
    case "webhook":
      return [line(`Tells ${URL.canParse(step.url) ? new URL(step.url).host : step.url}`)];
    case "end":
      return [line("Ends here")];
  }
}

function waitInWords(wait: Extract<Step, { type: "wait" }>): string {
  if (wait.for) return `Waits until ${eventInWords(wait.for)}, at most ${delay(wait.timeout)}`;
  const from = { previous: "", trigger: " from the beginning", seen: " after the last message was seen" }[wait.from];
  const parts = [
    ...(wait.delay === undefined ? [] : [`Waits ${delay(wait.delay)}${from}`]),
    ...(wait.bands ?? []).map((band) => `${delay(band.delay)} if ${conditionsInWords(band.if)}`),
    ...(wait.fallback === undefined ? [] : [`at most ${delay(wait.fallback)} if it is not seen`]),
    ...(wait.at === undefined ? [] : [`until ${wait.at} where they are`]),
  ];
  return capital(parts.join(", "));
}

function eventInWords({ event, name }: EventMatch): string {
  return name ? `the event “${name}”` : sentence(event).toLowerCase();
}

const OPERATORS: Record<Condition["op"], string> = {
  eq: "is",
  ne: "is not",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  in: "is one of",
  not_in: "is none of",
};

function conditionsInWords({ all }: ConditionGroup): string {
  return all
    .map(({ field, op, value }) => `${sentence(field).toLowerCase()} ${OPERATORS[op]} ${[value].flat().join(", ")}`)
    .join(" and ");
}

function delay(text = "PT0S"): string {
  const { amount, unit } = delayParts(text);
  return Number.isNaN(amount) ? text : `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
