import type { Store } from "../store/store.ts";
import { allSteps } from "./step-paths.ts";

/** Runs of one version of a journey that stand at the same place or ended for the same reason. */
export type RunCount = {
  version: number;
  state: "active" | "finished" | "exited";
  /** Of those under way, where they stand; null: over. */
  step: string | null;
  /** Of those that left early; null: unknown, or not over. */
  reason: string | null;
  count: number;
};

/** How many are where in one version of a journey. */
export type VersionRuns = {
  version: number;
  /** Everybody at the step that they do next, in the order of the steps. */
  underWay: { step: string; title: string | null; count: number }[];
  /** Went through to the end. */
  finished: number;
  /** Left before, the most frequent reason first; reasons are those of the ledger. */
  ended: { reason: string; count: number }[];
};

/**
 * How many runs of a journey stand where, the newest version first. Those that ended are counted as long as they are kept.
 *
 * @param locale of the messages' titles, which are named as they are written; the first there is when this one is missing
 */
export async function runPlaces(
  { runs }: { runs: Pick<Store["runs"], "counts" | "definition"> },
  shop: string,
  kind: string,
  locale: string,
): Promise<VersionRuns[]> {
  const versions = new Map<number, VersionRuns>();
  for (const { version, state, step, reason, count } of await runs.counts(shop, kind)) {
    const one = versions.get(version) ?? { version, underWay: [], finished: 0, ended: [] };
    versions.set(version, one);
    if (state === "finished") one.finished += count;
    else if (state === "exited") one.ended.push({ reason: reason ?? "unknown", count });
    else one.underWay.push({ step: step ?? "", title: null, count });
  }
  for (const one of versions.values()) {
    const definition = one.underWay.length > 0 ? await runs.definition(shop, kind, one.version) : null;
    const steps = definition ? [...allSteps(definition)] : [];
    const places = new Map(steps.map(({ path }, place) => [path, place]));
    const titles = new Map(
      steps.flatMap(({ path, step }) => {
        if (step.type !== "message") return [];
        const text = step.message[locale] ?? Object.values(step.message)[0];
        return text ? [[path, text.title] as const] : [];
      }),
    );
    one.underWay = one.underWay
      .map(({ step, count }) => ({ step, title: titles.get(step) ?? null, count }))
      .toSorted((a, b) => (places.get(a.step) ?? 0) - (places.get(b.step) ?? 0));
    one.ended = one.ended.toSorted((a, b) => b.count - a.count);
  }
  return [...versions.values()].toSorted((a, b) => b.version - a.version);
}
