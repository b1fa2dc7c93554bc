import type { Step, WaitStep } from "./definition.ts";
import { DAY_MS, LONGEST_DELAY_MS, parseDelay } from "./duration.ts";

// Steps only ever go forward, so a list that is short enough and waits no longer than a year comes to its end.

/** Steps of one journey, those inside branches and ways included. */
export const MOST_STEPS = 60;
/** Branches and splits inside one another. */
export const DEEPEST = 4;

type Fault = { path: (string | number)[]; message: string };

/** What is wrong with the steps as a whole, beyond each by itself. */
export function faultsOfSteps(steps: Step[]): Fault[] {
  const faults: Fault[] = [];
  const all = [...walk(steps, [])];
  if (all.length > MOST_STEPS) faults.push({ path: [], message: `has more than ${MOST_STEPS} steps together` });
  if (!all.some(({ step }) => step.type === "message" || step.type === "tag" || step.type === "webhook")) {
    faults.push({ path: [], message: "has no message" });
  }
  if (longestWait(steps) > LONGEST_DELAY_MS) faults.push({ path: [], message: "wait more than a year together" });
  if (steps.at(-1)?.type === "wait") {
    faults.push({ path: [steps.length - 1], message: "waits for nothing: no step follows" });
  }
  let hasMessage = false;
  for (const { step, path, depth, following } of all) {
    if (step.type === "message") hasMessage = true;
    if (step.type === "end" && following > 0)
      faults.push({ path, message: "is not the last: nothing after it is done" });
    if (step.type === "wait" && step.from === "seen" && !hasMessage) {
      faults.push({ path: [...path, "from"], message: "there is no message before it to be seen" });
    }
    if (isNest(step) && depth >= DEEPEST) {
      faults.push({ path, message: `stands inside more than ${DEEPEST} others` });
    }
    if (step.type === "branch" && step.yes.length + step.no.length === 0) {
      faults.push({ path, message: "has no steps on either side" });
    }
  }
  return faults;
}

type Found = { step: Step; path: (string | number)[]; depth: number; following: number };

function* walk(steps: Step[], path: (string | number)[], depth = 0): Generator<Found> {
  for (const [index, step] of steps.entries()) {
    const here = [...path, index];
    yield { step, path: here, depth, following: steps.length - 1 - index };
    if (step.type === "branch") {
      yield* walk(step.yes, [...here, "yes"], depth + 1);
      yield* walk(step.no, [...here, "no"], depth + 1);
    }
    if (step.type === "split") {
      for (const [at, way] of step.ways.entries()) yield* walk(way.steps, [...here, "ways", at, "steps"], depth + 1);
    }
  }
}

function isNest(step: Step): boolean {
  return step.type === "branch" || step.type === "split";
}

function longestWait(steps: Step[]): number {
  return steps.reduce((sum, step) => sum + longestOf(step), 0);
}

function longestOf(step: Step): number {
  switch (step.type) {
    case "wait":
      return longestOfWait(step);
    case "branch":
      return Math.max(longestWait(step.yes), longestWait(step.no));
    case "split":
      return Math.max(...step.ways.map((way) => longestWait(way.steps)));
    default:
      return 0;
  }
}

function longestOfWait({ delay, bands, fallback, timeout, at }: WaitStep): number {
  const delays = [delay, fallback, timeout, ...(bands ?? []).map((band) => band.delay)];
  return Math.max(...delays.map((text) => (text && parseDelay(text)) || 0)) + (at === undefined ? 0 : DAY_MS);
}
