import type { JourneyDefinition } from "../journeys/definition.ts";
import type { LedgerEntry } from "../journeys/ledger-store.ts";
import type { Run } from "../journeys/person-view.ts";
import type {
  EventOutcome,
  ExpectedRun,
  Leaving,
  MessageCommit,
  NewRun,
  NextStep,
  RunChange,
} from "../journeys/run-store.ts";
import { DueRuns } from "./due-runs.ts";
import type { RecordedShop } from "./recorded-shop.ts";

/** What becomes of runs: told as it happens. */
export type RunWatcher = {
  sent(commit: MessageCommit, now: Date): void;
  decided(entries: LedgerEntry[]): void;
};

/** The runs of the journey that is replayed, in memory, with the promises of RunStore: a commit that finds a run elsewhere does nothing. */
export class ReplayRuns {
  readonly #shop: RecordedShop;
  readonly #watcher: RunWatcher;
  readonly #runs = new Map<number, Run>();
  readonly #newestOf = new Map<string, Run>();
  readonly #ofSubjects = new Map<string, Run[]>();
  readonly #due = new DueRuns();
  #lastId = 0;

  constructor(shop: RecordedShop, watcher: RunWatcher) {
    this.#shop = shop;
    this.#watcher = watcher;
  }

  /** The run that is due first, if it is by then. It must then be advanced or put off. */
  takeDue(until: Date): { runId: number; at: Date } | null {
    for (;;) {
      const next = this.#due.takeUntil(until.getTime());
      if (!next) return null;
      const run = this.#runs.get(next.runId);
      // Re-armed, suspended or over since.
      if (run?.state === "active" && run.dueAt?.getTime() === next.dueAt)
        return { runId: run.id, at: new Date(next.at) };
    }
  }

  /** Looked at again then, as the scheduler does when a handler snoozes. */
  putOff(runId: number, until: Date): void {
    const dueAt = this.#runs.get(runId)?.dueAt;
    if (dueAt) this.#due.add({ runId, at: until.getTime(), dueAt: dueAt.getTime() });
  }

  lastOf(subject: string, visitorId: string | null): Run | null {
    return this.#newestOf.get(keyOf(subject, visitorId)) ?? null;
  }

  /** Every run there was about a thing, whatever became of it: "fulfillment:ID" for the subjects "fulfillment:ID:STATUS". */
  about(thing: string): Run[] {
    return this.#ofSubjects.get(thing) ?? [];
  }

  apply(outcome: EventOutcome, now: Date): void {
    for (const change of outcome.changes) this.#change(change, now);
    this.#watcher.decided(outcome.ledger);
  }

  begin(run: NewRun): void {
    const shopper = this.#shop.shopper(run.visitorId);
    const isUnderWay = [...(shopper?.runs ?? [])].some(({ subject }) => subject === run.subject);
    if (!shopper || isUnderWay) return;
    this.#lastId += 1;
    const begun: Run = { ...run, id: this.#lastId, state: "active", exitReason: null, endedAt: null };
    this.#runs.set(begun.id, begun);
    this.#newestOf.set(keyOf(run.subject, run.visitorId), begun);
    this.#newestOf.set(keyOf(run.subject, null), begun);
    const thing = thingOf(run.subject);
    this.#ofSubjects.set(thing, [...this.about(thing), begun]);
    shopper.runs.add(begun);
    this.#arm(begun, run.dueAt);
  }

  leaving(runId: number, now: Date, definition: JourneyDefinition): (Omit<Leaving, "situation"> & { run: Run }) | null {
    const run = this.#runs.get(runId);
    const shopper = run && this.#shop.shopper(run.visitorId);
    if (run?.state !== "active" || !shopper) return null;
    const { visitorIds } = this.#shop.person(run.visitorId, now) ?? { visitorIds: [run.visitorId] };
    return {
      run: { ...run },
      definition,
      journeyIsOn: true,
      waiting: this.#shop.laterMessages(visitorIds, now),
      marketingSent: this.#shop.marketingSent(visitorIds, now),
      unknownOrders: this.#shop.unknownOrders(new Date(now.getTime() - 30 * 60_000)),
    };
  }

  commitMessage(commit: MessageCommit, now: Date): "done" | "changed" {
    const { expected, next, context, outgoing } = commit;
    const run = this.#expected(expected);
    if (!run) return "changed";
    this.#watcher.sent(commit, now);
    const { isTransactional, kind, step } = outgoing.notification;
    if (!isTransactional) this.#shop.shopper(run.visitorId)?.messages.push({ kind, step, at: now });
    if (next) this.#moveOn(run, next);
    else this.#end(run, "finished", null, now, context);
    return "done";
  }

  commitDelay(expected: ExpectedRun, next: NextStep, ledger: LedgerEntry[]): boolean {
    const run = this.#expected(expected);
    if (!run) return false;
    this.#watcher.decided(ledger);
    this.#moveOn(run, next);
    return true;
  }

  commitEnd(
    expected: ExpectedRun,
    { state, reason }: { state: "finished" | "exited"; reason: string | null },
    ledger: LedgerEntry[],
    now: Date,
  ): boolean {
    const run = this.#expected(expected);
    if (!run) return false;
    this.#watcher.decided(ledger);
    this.#end(run, state, reason, now);
    return true;
  }

  #expected({ runId, step, dueAt }: ExpectedRun): Run | null {
    const run = this.#runs.get(runId);
    const isThere = run?.state === "active" && run.step === step && run.dueAt?.getTime() === dueAt.getTime();
    return isThere ? run : null;
  }

  #change(change: RunChange, now: Date): void {
    if (change.type === "start") return this.begin(change.run);
    const run = this.#runs.get(change.runId);
    if (run?.state !== "active") return;
    switch (change.type) {
      case "rearm":
        if (run.step !== change.step) return;
        run.anchorAt = change.anchorAt;
        run.context = change.context;
        return this.#arm(run, change.dueAt);
      case "suspend":
        run.dueAt = null;
        return;
      case "exit":
        return this.#end(run, "exited", change.reason, now);
      case "reopen":
        // A message that was held back because the shop was open: no recorded event tells it of a replayed message.
        return;
    }
  }

  #moveOn(run: Run, { step, dueAt, context }: NextStep): void {
    run.step = step;
    run.context = context;
    this.#arm(run, dueAt);
  }

  #arm(run: Run, dueAt: Date): void {
    run.dueAt = dueAt;
    this.#due.add({ runId: run.id, at: dueAt.getTime(), dueAt: dueAt.getTime() });
  }

  #end(run: Run, state: "finished" | "exited", reason: string | null, now: Date, context = run.context): void {
    Object.assign(run, { state, exitReason: reason, endedAt: now, dueAt: null, context });
    this.#shop.shopper(run.visitorId)?.runs.delete(run);
    this.#runs.delete(run.id);
  }
}

function keyOf(subject: string, visitorId: string | null): string {
  return `${subject} ${visitorId ?? ""}`;
}

function thingOf(subject: string): string {
  return subject.split(":", 2).join(":");
}
