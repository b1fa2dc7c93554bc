import type { JourneyDefinition } from "../journeys/definition.ts";
import { allSteps } from "../journeys/step-paths.ts";

/** What a merchant calls the steps of a journey: messages are counted, waits are named for what they wait for. */
export type StepNames = Record<string, string>;

export function stepNames(definition: Pick<JourneyDefinition, "steps">): StepNames {
  const steps = [...allSteps(definition)];
  const isOnly = steps.filter(({ step }) => step.type === "message").length === 1;
  const names: StepNames = {};
  let messages = 0;
  for (const { path, step } of steps) {
    if (step.type === "message") {
      messages += 1;
      names[path] = isOnly ? "the message" : `message ${messages}`;
    } else if (step.type === "wait") {
      names[path] = `waiting for ${isOnly ? "the message" : `message ${messages + 1}`}`;
    } else names[path] = OTHERS[step.type];
  }
  return names;
}

const OTHERS = {
  condition: "a condition",
  branch: "a branch",
  split: "a split",
  tag: "changing tags",
  webhook: "telling another system",
  end: "the end",
} as const;

/** A step of a version whose steps were others has no name any more. */
export function stepName(names: StepNames | undefined, step: string): string {
  return names?.[step] ?? (/^\d+$/.test(step) ? `step ${Number(step) + 1}` : `step ${step}`);
}
