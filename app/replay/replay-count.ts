import { DateTime } from "luxon";
import type { LoggedEvent } from "../events/shop-event.ts";
import { parseOffer } from "../composer/discount-offers.ts";
import type { CodeToGive, HeldCode, Spent } from "../journeys/discount-store.ts";
import { DAY_MS } from "../journeys/duration.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import type { LedgerEntry } from "../journeys/ledger-store.ts";
import type { ReplayLimit, ReplayReport } from "../journeys/replay-report.ts";
import type { MessageCommit } from "../journeys/run-store.ts";
import type { CodeHistory } from "./history-store.ts";
import type { RecordedShop } from "./recorded-shop.ts";
import type { RunWatcher } from "./replay-runs.ts";

const SAMPLE = 100;

type Money = { currency: string; amount: number };
type Known = {
  kind: JourneyKind;
  until: Date;
  isComplete: boolean;
  reallySent: number;
  codes: CodeHistory;
  averageOrder: Money;
};

/** Counts what a replay would have done in its span; what came before it is only remembered. */
export class ReplayCount implements RunWatcher {
  readonly #people: RecordedShop;
  readonly #from: Date;
  readonly #visitors = new Set<string>();
  readonly #byStep = new Map<string, number>();
  readonly #byDay = new Map<string, number>();
  readonly #delayed = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  readonly #held = new Map<string, HeldCode[]>();
  #givenAt: Date[] = [];
  /** What the codes would take off, by currency; of carts nobody knows, how much of an average order. */
  readonly #cost = new Map<string, number>();
  #sharesOfAnOrder = 0;
  #codes = 0;
  #events = 0;
  #messages = 0;
  #sample: ReplayReport["sample"] = [];

  constructor(people: RecordedShop, from: Date) {
    this.#people = people;
    this.#from = from;
  }

  looked({ receivedAt }: LoggedEvent): void {
    if (receivedAt >= this.#from) this.#events += 1;
  }

  heldCodes(personKey: string, since: Date): HeldCode[] {
    return (this.#held.get(personKey) ?? []).filter(({ givenAt }) => givenAt >= since);
  }

  /** What they cost nobody can know before they are used. */
  spent(since: Date): Spent {
    const codes = this.#givenAt.filter((at) => at > since).length;
    return { codes, codesOfJourney: codes, cost: 0 };
  }

  sent({ expected, outgoing, code, person }: MessageCommit, now: Date): void {
    const isNew = code !== null && !code.isAgain;
    if (isNew) this.#give(code, expected.runId, now);
    if (now < this.#from) return;
    const { visitorId, cartToken, checkoutToken } = outgoing.notification;
    const { step } = expected;
    this.#messages += 1;
    this.#visitors.add(visitorId);
    add(this.#byStep, step, 1);
    add(this.#byDay, this.#dayOf(now), 1);
    this.#sample.push({ visitorId, step, at: now.toISOString(), withCode: code !== null });
    // Cut now and then, not for each.
    if (this.#sample.length >= 2 * SAMPLE) this.#sample = this.#sample.slice(-SAMPLE);
    if (!isNew) return;

    this.#codes += 1;
    const value = parseOffer(code.offer)?.value;
    if (value?.type === "amount") add(this.#cost, value.amount.currency, value.amount.amount);
    if (value?.type !== "percent") return;
    const basket = checkoutToken
      ? this.#people.checkout(checkoutToken)
      : person.cart?.cartToken === cartToken
        ? person.cart
        : null;
    if (basket) add(this.#cost, basket.currency, (basket.total * value.percent) / 100);
    else this.#sharesOfAnOrder += value.percent / 100;
  }

  #give({ code, isUnique, offer, endsAt, personKey }: CodeToGive, runId: number, now: Date): void {
    const given = { code, isUnique, offer, endsAt, runId, givenAt: now, usedAt: null };
    this.#held.set(personKey, [given, ...(this.#held.get(personKey) ?? [])]);
    // A budget looks back a week.
    if (this.#givenAt.length % 1_000 === 0) {
      this.#givenAt = this.#givenAt.filter((at) => at.getTime() > now.getTime() - 7 * DAY_MS);
    }
    this.#givenAt.push(now);
  }

  decided(entries: LedgerEntry[]): void {
    for (const { at, verdict, reason } of entries) {
      if (at >= this.#from && verdict !== "sent") add(verdict === "delayed" ? this.#delayed : this.#dropped, reason, 1);
    }
  }

  report({ kind, until, isComplete, reallySent, codes, averageOrder }: Known): ReplayReport {
    const cost = new Map(this.#cost);
    if (this.#sharesOfAnOrder > 0) add(cost, averageOrder.currency, this.#sharesOfAnOrder * averageOrder.amount);
    const useRate = codes.taken > 0 ? codes.used / codes.taken : null;
    return {
      journey: kind.kind,
      from: this.#from.toISOString(),
      until: until.toISOString(),
      isComplete,
      events: this.#events,
      messages: this.#messages,
      people: this.#visitors.size,
      reallySent,
      byStep: [...this.#byStep].map(([step, messages]) => ({ step, messages })).toSorted(byPlace),
      byDay: this.#days(until),
      sample: this.#sample.slice(-SAMPLE).toReversed(),
      delayed: mostFirst(this.#delayed),
      dropped: mostFirst(this.#dropped),
      discounts: {
        codes: this.#codes,
        atMost: amountsOf(cost, 1),
        useRate,
        expected: useRate === null ? null : amountsOf(cost, useRate),
      },
      limits: limitsOf(kind),
    };
  }

  /** Every day of the span, those without a message too. */
  #days(until: Date): ReplayReport["byDay"] {
    const days: ReplayReport["byDay"] = [];
    const last = this.#dayOf(until);
    for (let at = this.#from; ; at = new Date(at.getTime() + DAY_MS)) {
      const date = this.#dayOf(at);
      if (date > last) break;
      if (days.at(-1)?.date !== date) days.push({ date, messages: this.#byDay.get(date) ?? 0 });
    }
    if (days.at(-1)?.date !== last) days.push({ date: last, messages: this.#byDay.get(last) ?? 0 });
    return days;
  }

  #dayOf(at: Date): string {
    const there = DateTime.fromJSDate(at, { zone: this.#people.facts.timezone });
    return (there.isValid ? there : DateTime.fromJSDate(at, { zone: "utc" })).toISODate() ?? "";
  }
}

function limitsOf(kind: JourneyKind): ReplayLimit[] {
  const ofMarketing: ReplayLimit[] = kind.isTransactional ? [] : ["stock", "open_shop", "other_messages"];
  return [...ofMarketing, "choices", ...(kind.beginsUntold || kind.audience ? (["recorded_starts"] as const) : [])];
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function mostFirst(counts: Map<string, number>): { reason: string; count: number }[] {
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
}

function amountsOf(costs: Map<string, number>, share: number): Money[] {
  return [...costs].map(([currency, amount]) => ({ currency, amount: Math.round(amount * share) }));
}

function byPlace(a: { step: string }, b: { step: string }): number {
  return a.step.localeCompare(b.step, "en", { numeric: true });
}
