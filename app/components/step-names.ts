import type { JourneyDefinition } from "../journeys/definition.ts";

/** What a merchant calls the steps of a journey: messages are counted, waits are named for what they wait for. */
export type StepNames = Record<string, string>;

export function stepNames(definition: Pick<JourneyDefinition, "steps">): StepNames {
  const isOnly = definition.steps.filter((step) => step.type === "message").length === 1;
  const names: StepNames = {};
  let messages = 0;
  for (const [index, step] of definition.steps.entries()) {
    const next = isOnly ? "the message" : `message ${messages + 1}`;
    if (step.type === "wait") names[String(index)] = `waiting for ${next}`;
    else {
      messages += 1;
      names[String(index)] = isOnly ? "the message" : `message ${messages}`;
    }
  }
  return names;
}

/** A step of a version whose steps were others has no name any more. */
export function stepName(names: StepNames | undefined, step: string): string {
  return names?.[step] ?? (/^\d+$/.test(step) ? `step ${Number(step) + 1}` : `step ${step}`);
}
