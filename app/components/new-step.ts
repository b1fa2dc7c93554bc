import type { Step } from "../journeys/definition.ts";

export type StepType = Step["type"];

/** What can be added to a journey, in the order it is offered, with what it is for. */
export const STEP_OFFERS: { type: StepType; name: string; help: string }[] = [
  { type: "message", name: "Message", help: "A notification, in every language of the shop" },
  { type: "wait", name: "Wait", help: "For a time, until an hour of the day, or until something happens" },
  { type: "condition", name: "Only if", help: "Goes on for some, ends for all others" },
  { type: "branch", name: "Either, or", help: "Other steps for some than for the others" },
  { type: "split", name: "Split by chance", help: "Tries out two or more ways" },
  { type: "tag", name: "Tags", help: "Gives the person a tag or takes one away" },
  { type: "webhook", name: "Tell another system", help: "Calls an address of yours" },
  { type: "end", name: "End", help: "The journey ends here" },
];

export function stepTypeName(type: StepType): string {
  return STEP_OFFERS.find((offer) => offer.type === type)?.name ?? type;
}

/** A step as it is when it was just added: complete, but for words only the merchant has. */
export function newStep(type: StepType, languages: string[]): Step {
  switch (type) {
    case "message":
      return {
        type,
        message: Object.fromEntries(languages.slice(0, 1).map((locale) => [locale, { title: "", body: "" }])),
        discount: null,
      };
    case "wait":
      return { type, delay: "P1D", from: "previous" };
    case "condition":
      return { type, if: { all: [{ field: "is_customer", op: "eq", value: true }] } };
    case "branch":
      return { type, if: { all: [{ field: "is_customer", op: "eq", value: true }] }, yes: [], no: [] };
    case "split":
      return {
        type,
        ways: [
          { name: "a", share: 50, steps: [] },
          { name: "b", share: 50, steps: [] },
        ],
      };
    case "tag":
      return { type, add: [""], remove: [] };
    case "webhook":
      return { type, url: "https://" };
    case "end":
      return { type };
  }
}

/** The list with the step at one place moved to another; the same when there is no such place. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const taken = list[from];
  if (taken === undefined || to < 0 || to >= list.length) return list;
  return list.filter((_, at) => at !== from).toSpliced(to, 0, taken);
}
