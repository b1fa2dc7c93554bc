import type { JourneyDefinition, MessageStep, Step } from "./definition.ts";

// Where a run stands, and when it goes on from there. A run stands at a stop: a message, or anything else that is not a
// plain wait; the waits right before the stop say when it is due. `step` in rows and the ledger is the path of the stop in
// the definition: "1", or "3.yes.0" and "3.b.0" inside a branch and a way.

export type Steps = Pick<JourneyDefinition, "steps">;

/** The step at a path; null for a path of another version. */
export function stepAt(definition: Steps, path: string): Step | null {
  return placeOf(definition, path)?.step ?? null;
}

export function messageAt(definition: Steps, path: string): MessageStep | null {
  const found = stepAt(definition, path);
  return found?.type === "message" ? found : null;
}

/** Where a run begins. */
export function firstStop(definition: Steps): string {
  return firstStopIn(definition.steps, "") ?? "0";
}

/** The stop after one, up through the branches it stands in. Null after the last. */
export function stopAfter(definition: Steps, path: string): string | null {
  const place = placeOf(definition, path);
  if (!place) return null;
  const next = firstStopIn(place.list, place.prefix, place.index + 1);
  if (next !== null) return next;
  return place.parent === null ? null : stopAfter(definition, place.parent);
}

/** The first stop inside a branch ("yes", "no") or a way of a split; what follows it when there is none inside. */
export function stopInside(definition: Steps, path: string, way: string): string | null {
  const step = stepAt(definition, path);
  const list = step ? listOf(step, way) : null;
  const inside = list ? firstStopIn(list, `${path}.${way}.`) : null;
  return inside ?? stopAfter(definition, path);
}

/**
 * Every step with its path, those inside others included, in the order of the document. `place` is where it stands in the
 * JSON: "steps.3.yes.0", "steps.3.ways.1.steps.0".
 */
export function* allSteps({ steps }: Steps): Generator<{ path: string; place: string; step: Step }> {
  yield* stepsIn(steps, "", "steps");
}

function* stepsIn(list: Step[], prefix: string, place: string): Generator<{ path: string; place: string; step: Step }> {
  for (const [index, step] of list.entries()) {
    const path = `${prefix}${index}`;
    const here = `${place}.${index}`;
    yield { path, place: here, step };
    for (const [at, way] of waysOf(step).entries()) {
      const inside = step.type === "split" ? `${here}.ways.${at}.steps` : `${here}.${way}`;
      yield* stepsIn(listOf(step, way) ?? [], `${path}.${way}.`, inside);
    }
  }
}

/** Plain waits are no stops, except at the end of a list, where nothing else would keep their time. */
function firstStopIn(list: Step[], prefix: string, from = 0): string | null {
  if (from >= list.length) return null;
  const index = list.findIndex((step, at) => at >= from && !isPlainWait(step));
  return `${prefix}${index < 0 ? list.length - 1 : index}`;
}

export function isPlainWait(step: Step | undefined): boolean {
  return step?.type === "wait" && step.for === undefined;
}

type Place = { step: Step; list: Step[]; index: number; prefix: string; parent: string | null };

/** Where a path leads: the step, the list it is in and the step that list is in. */
export function placeOf({ steps }: Steps, path: string): Place | null {
  const parts = path.split(".");
  let list: Step[] | null = steps;
  let prefix = "";
  let parent: string | null = null;
  for (let at = 0; list; at += 2) {
    const index = Number(parts[at]);
    const step: Step | undefined = list[index];
    if (!step) return null;
    const way = parts[at + 1];
    if (way === undefined) return { step, list, index, prefix, parent };
    parent = `${prefix}${index}`;
    prefix = `${parent}.${way}.`;
    list = listOf(step, way);
  }
  return null;
}

function waysOf(step: Step): string[] {
  if (step.type === "branch") return ["yes", "no"];
  return step.type === "split" ? step.ways.map(({ name }) => name) : [];
}

function listOf(step: Step, way: string): Step[] | null {
  if (step.type === "branch") return way === "yes" ? step.yes : way === "no" ? step.no : null;
  return step.type === "split" ? (step.ways.find(({ name }) => name === way)?.steps ?? null) : null;
}
