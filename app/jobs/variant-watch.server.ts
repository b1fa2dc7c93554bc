import type { Clock } from "../clock.server.ts";
import type { Interested } from "../events/interest-store.ts";
import type { Variant } from "../events/mirror-store.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { CurrentJourney, NewRun } from "../journeys/run-store.ts";
import { positionAtStart } from "../journeys/next-action.ts";
import type { VariantWatchPayload } from "../journeys/variant-watch.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";
import type { FreshVariants } from "./fresh-variants.server.ts";

/** People told of one moment of one variant. */
const MOST_PEOPLE = 5_000;
/** Machine time until Shopify is asked again after it did not answer. */
const AGAIN_AFTER_MS = 60_000;

type Deps = { store: Store; clock: Clock; fresh: FreshVariants };

export function variantWatchHandler(deps: Deps): JobHandler {
  return (job) => {
    const { shop, variantId } = job.payload as VariantWatchPayload;
    return watchVariant(deps, shop, variantId, deps.clock.now());
  };
}

/**
 * Reads a variant anew and starts the runs of those to whom what happened to it matters: a reduced price, a last piece.
 * Whether it is still so is looked at again when each message leaves.
 */
async function watchVariant(deps: Deps, shop: string, variantId: string, now: Date): Promise<JobResult> {
  const { store, clock, fresh } = deps;
  if ((await fresh.refresh(shop, [variantId])) === "mirror") {
    return { type: "snooze", until: clock.afterMachineMs(AGAIN_AFTER_MS) };
  }
  const [variant] = await store.mirror.variants(shop, [variantId]);
  if (!variant || variant.deletedAt) return { type: "done" };

  const prices = await store.interests.prices(shop, variantId);
  for (const journey of await store.runs.currentJourneys(shop)) {
    const kind = journeyKind(journey.kind);
    const moment = kind?.variantMoment?.of(variant, prices, now);
    if (kind && moment) await startRuns(store, kind, journey, variant, moment.version, now);
  }
  return { type: "done" };
}

async function startRuns(
  store: Store,
  kind: JourneyKind,
  journey: CurrentJourney,
  variant: Variant,
  version: number,
  now: Date,
) {
  const { variantMoment } = kind;
  if (!variantMoment) return;
  const { shop, variantId } = variant;
  const people = await store.interests.inVariant(shop, variant, variantMoment.audience, now, MOST_PEOPLE);
  const subject = variantMoment.subject(variantId);
  const customers = new Set<string>();
  const runs: NewRun[] = [];
  const alerts: Interested[] = [];
  for (const person of people) {
    // One message for a customer with several browsers: the decision chooses the device.
    if (person.customerId && customers.has(person.customerId)) continue;
    const run = newRun(kind, journey, variant, person, subject, version, now);
    const last = await store.runs.lastOf(shop, kind.kind, subject, person.visitorId);
    if (last && (last.state === "active" || !kind.mayStartAgain(last, last.context, run.context))) continue;
    if (person.customerId) customers.add(person.customerId);
    if (person.alertId !== null) alerts.push(person);
    runs.push(run);
  }
  const told = alerts.flatMap(({ alertId, visitorId, customerId }) =>
    alertId === null ? [] : [{ id: alertId, visitorId, customerId, createdAt: now }],
  );
  await store.runs.startWave({ shop, variantId, alerts: told, runs }, now);
}

function newRun(
  kind: JourneyKind,
  { version, definition }: CurrentJourney,
  { shop, variantId, productId }: Variant,
  person: Interested,
  subject: string,
  momentVersion: number,
  now: Date,
): NewRun {
  const { minimumDelayMs } = kind;
  return {
    ...positionAtStart(definition, { anchorAt: now, context: {} }, { minimumDelayMs }),
    shop,
    journey: kind.kind,
    version,
    visitorId: person.visitorId,
    customerId: person.customerId,
    subject,
    startedAt: now,
    context: {
      variantId,
      productId,
      version: momentVersion,
      moment: person.reason,
      ...(person.alertId !== null && { alertId: person.alertId }),
    },
  };
}
