import type { Clock } from "../clock.server.ts";
import type { Interested, InterestedCursor } from "../events/interest-store.ts";
import type { Variant } from "../events/mirror-store.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { CurrentJourney, NewRun, StockAlert } from "../journeys/run-store.ts";
import { positionAtStart } from "../journeys/next-action.ts";
import type { VariantWatchPayload } from "../journeys/variant-watch.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";
import type { FreshVariants } from "./fresh-variants.server.ts";
import { recordPricesAbroad } from "./local-variants.server.ts";
import type { LocalVariants } from "./local-variants.server.ts";

/** People whose runs are started in one transaction. */
const PAGE = 200;
/** Machine time until Shopify is asked again after it did not answer. */
const AGAIN_AFTER_MS = 60_000;

type Deps = { store: Store; clock: Clock; fresh: FreshVariants; local: LocalVariants };

export function variantWatchHandler(deps: Deps): JobHandler {
  return (job, signal) => {
    const { shop, variantId } = job.payload as VariantWatchPayload;
    return watchVariant(deps, shop, variantId, signal);
  };
}

/**
 * Reads a variant anew and starts the runs of those to whom what happened to it matters: a reduced price, a last piece.
 * Whether it is still so is looked at again when each message leaves.
 */
async function watchVariant(
  { store, clock, fresh, local }: Deps,
  shop: string,
  variantId: string,
  signal: AbortSignal,
): Promise<JobResult> {
  const now = clock.now();
  if ((await fresh.refresh(shop, [variantId])) === "mirror") {
    return { type: "snooze", until: clock.afterMachineMs(AGAIN_AFTER_MS) };
  }
  const [variant] = await store.mirror.variants(shop, [variantId]);
  if (!variant || variant.deletedAt) return { type: "done" };

  // From the moment somebody cares for it: a reduction abroad is one only against 30 days of that country's own prices.
  for (const country of await store.interests.countriesOf(shop, variant, now)) {
    if (!(await recordPricesAbroad({ store, local }, shop, country, [variantId], now)))
      return { type: "snooze", until: clock.afterMachineMs(AGAIN_AFTER_MS) };
  }
  const prices = await store.interests.prices(shop, variantId);
  for (const journey of await store.runs.currentJourneys(shop)) {
    const kind = journeyKind(journey.kind);
    const moment = kind?.variantMoment?.of(variant, prices, now);
    if (!kind || !moment) continue;
    const isWhole = await startRuns(store, { kind, journey, variant, version: moment.version }, now, signal);
    // Begun again from the front, it passes over those whose runs were started.
    if (!isWhole) return { type: "snooze", until: clock.now() };
  }
  return { type: "done" };
}

type Moment = { kind: JourneyKind; journey: CurrentJourney; variant: Variant; version: number };

/** Page by page, however many they are, nobody twice. False when it was told to stop before the end. */
async function startRuns(store: Store, moment: Moment, now: Date, signal: AbortSignal): Promise<boolean> {
  for (const reason of moment.kind.variantMoment?.audience ?? []) {
    let after: InterestedCursor | null = null;
    do {
      if (signal.aborted) return false;
      const { shop } = moment.variant;
      const page = await store.interests.inVariant(shop, moment.variant, reason, after, now, PAGE);
      await startPage(store, moment, page.people, now);
      after = page.next;
      // Requests have their turn between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    } while (after !== null);
  }
  return true;
}

async function startPage(store: Store, moment: Moment, people: Interested[], now: Date) {
  const { kind, journey, variant, version } = moment;
  const { shop, variantId } = variant;
  const subject = kind.variantMoment?.subject(variantId) ?? "";
  const customers = new Set<string>();
  const runs: NewRun[] = [];
  const alerts: StockAlert[] = [];
  for (const person of people) {
    const { visitorId, customerId, alertId } = person;
    // One message for a customer with several browsers: the decision chooses the device.
    if (customerId && customers.has(customerId)) continue;
    const run = newRun(kind, journey, variant, person, subject, version, now);
    const last = customerId
      ? await store.runs.lastOfCustomer(shop, kind.kind, subject, customerId)
      : await store.runs.lastOf(shop, kind.kind, subject, visitorId);
    if (last && (last.state === "active" || !kind.mayStartAgain(last, last.context, run.context, now))) continue;
    if (customerId) customers.add(customerId);
    if (alertId !== null) alerts.push({ id: alertId, visitorId, customerId, createdAt: now });
    runs.push(run);
  }
  if (runs.length > 0) await store.runs.startWave({ shop, variantId, alerts, runs }, now);
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
