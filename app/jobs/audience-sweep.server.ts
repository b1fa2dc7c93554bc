import { DateTime } from "luxon";
import type { Clock } from "../clock.server.ts";
import type { AudienceMember, Sweep, SweepName } from "../journeys/audience-store.ts";
import { timeToSend } from "../journeys/best-hour.ts";
import { DAY_MS } from "../journeys/duration.ts";
import type { AudienceRules, Invitation, JourneyKind } from "../journeys/kinds/kind.ts";
import { shoppersTimezones } from "../journeys/kinds/local-morning.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { whyNotReachable } from "../journeys/permission.ts";
import type { PersonView } from "../journeys/person-view.ts";
import { localTime } from "../journeys/quiet-hours.ts";
import type { CurrentJourney, NewRun } from "../journeys/run-store.ts";
import { positionAtStart } from "../journeys/next-action.ts";
import { timezonesOf } from "../journeys/quiet-hours.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

const PAGE = 100;
/** Pages in one job, so that other jobs and shops have their turn. */
const PAGES_IN_A_ROW = 20;
/** Habits older than this are not habits. */
const HABITS_MS = 60 * DAY_MS;

type Deps = { store: Store; clock: Clock };

/**
 * Goes through the people of an occasion and starts a run for each it is meant for. A page's runs and the place where the
 * next one begins are one transaction, and a run is started once for its subject: a kill in between loses nobody and
 * invites nobody twice.
 */
export function audienceSweepHandler({ store, clock }: Deps): JobHandler {
  return async (job, signal) => {
    const name = job.payload as SweepName;
    const kind = journeyKind(name.journey);
    const rules = kind?.audience;
    const journey = (await store.runs.currentJourneys(name.shop)).find((one) => one.kind === name.journey);
    if (!kind || !rules || !journey) return { type: "done" };

    for (let page = 0; page < PAGES_IN_A_ROW && !signal.aborted; page += 1) {
      const sweep = await store.audiences.sweep(name);
      if (!sweep || sweep.endedAt) return { type: "done" };
      const now = clock.now();
      const { members, next } = await store.audiences.page(sweep.shop, sweep.audience, sweep.cursor, PAGE);
      const runs = await invitedAmong(store, { kind, rules, journey }, sweep, members, now);
      await store.audiences.advance(name, { cursor: sweep.cursor, next, looked: members.length, runs }, now);
      if (next === null) return { type: "done" };
      // Requests have their turn between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { type: "snooze", until: clock.now() };
  };
}

type Rules = { kind: JourneyKind; rules: AudienceRules; journey: CurrentJourney };

async function invitedAmong(
  store: Store,
  { kind, rules, journey }: Rules,
  sweep: Sweep,
  members: AudienceMember[],
  now: Date,
): Promise<NewRun[]> {
  const { shop } = sweep;
  const runs: NewRun[] = [];
  const taken = new Set<string>();
  for (const member of members) {
    const person = await store.runs.person(shop, member.visitorId, now);
    if (!person || whyNotReachable(person, kind, now)?.isForGood) continue;
    const { definition } = journey;
    for (const ways of rules.invite({ occasion: sweep, member, person, definition, now })) {
      const run = await firstFree(store, { shop, kind, journey, person, taken }, ways, now);
      if (!run) continue;
      taken.add(run.subject);
      runs.push(run);
    }
  }
  return runs;
}

type Chooser = { shop: string; kind: JourneyKind; journey: CurrentJourney; person: PersonView; taken: Set<string> };

async function firstFree(
  store: Store,
  { shop, kind, journey, person, taken }: Chooser,
  ways: Invitation[],
  now: Date,
): Promise<NewRun | null> {
  const { visitor, visitorIds } = person;
  for (const { subject, context, when, mayBeLate } of ways) {
    if (taken.has(subject)) continue;
    const last = await store.runs.lastOf(shop, kind.kind, subject, kind.isSubjectUnique ? null : visitor.visitorId);
    if (last && (last.state === "active" || !kind.mayStartAgain(last, last.context, context, now))) continue;

    const habits =
      "day" in when && when.hour === "best"
        ? await store.audiences.activity(shop, visitorIds, new Date(now.getTime() - HABITS_MS))
        : null;
    const anchorAt = "at" in when ? when.at : instantOn(when, habits, person, now);
    const facts = { minimumDelayMs: kind.minimumDelayMs, timezones: timezonesOf(person) };
    const { step, dueAt } = positionAtStart(journey.definition, { anchorAt, context }, facts);
    if (dueAt < now && !mayBeLate) continue;
    return {
      shop,
      journey: kind.kind,
      version: journey.version,
      visitorId: visitor.visitorId,
      customerId: visitor.customerId,
      subject,
      step,
      anchorAt,
      dueAt: dueAt < now ? now : dueAt,
      context,
      startedAt: now,
    };
  }
  return null;
}

/** The hour that suits somebody on a day, by the clock where they are. */
function instantOn(
  { day, hour }: { day: string; hour: Parameters<typeof timeToSend>[0] },
  habits: number[] | null,
  person: PersonView,
  now: Date,
): Date {
  const { zone } = localTime(now, shoppersTimezones(person));
  const noon = DateTime.fromISO(`${day}T12:00`, { zone });
  const time = timeToSend(hour, habits, noon.offset);
  return noon.set(time).toJSDate();
}
