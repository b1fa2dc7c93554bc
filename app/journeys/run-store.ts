import type { Order } from "../events/mirror-store.ts";
import type { LoggedEvent } from "../events/shop-event.ts";
import type { NewJob } from "../scheduler/job.ts";
import type { CodeToGive } from "./discount-store.ts";
import type { JourneyDefinition } from "./definition.ts";
import type { LedgerEntry } from "./ledger-store.ts";
import type { OutgoingMessage } from "./notification-store.ts";
import type { RunCount } from "./run-places.ts";
import type { FulfillmentView, PersonView, Run, RunContext, Situation } from "./person-view.ts";

/** Does a run's next step. Key `run:ID`, payload `{shop, runId}`. */
export const ADVANCE_RUN_JOB = "advance-run";
export function advanceRunKey(runId: number): string {
  return `run:${runId}`;
}

export type AdvanceRunPayload = { shop: string; runId: number };

export type NewRun = Pick<
  Run,
  "shop" | "journey" | "version" | "visitorId" | "customerId" | "subject" | "step" | "anchorAt" | "startedAt"
> & { dueAt: Date; context: RunContext };

/** What an event does to the runs of the people it concerns. Each keeps the run's `advance-run` job in step. */
export type RunChange =
  /** Nothing happens when one is under way already for the same journey, visitor and subject. */
  | { type: "start"; run: NewRun }
  /** The timer starts again: one row, one keyed job. Only while the run is still at this step. */
  | { type: "rearm"; runId: number; step: string; anchorAt: Date; dueAt: Date; context: RunContext }
  | { type: "suspend"; runId: number }
  | { type: "exit"; runId: number; reason: string }
  /** Back to a step whose message was not shown; also for a finished run, unless another has started since. */
  | { type: "reopen"; runId: number; step: string; anchorAt: Date; dueAt: Date; context: RunContext };

export type EventOutcome = { changes: RunChange[]; ledger: LedgerEntry[]; jobs: NewJob[] };

export type CurrentJourney = { kind: string; version: number; definition: JourneyDefinition };

/** The run as it was read: a commit that finds it elsewhere does nothing. */
export type ExpectedRun = { runId: number; step: string; dueAt: Date };

export type NextStep = { step: string; dueAt: Date; context: RunContext };

/** What a step does besides moving the run on, written with it. */
export type StepEffects = {
  tags?: { visitorIds: string[]; add: string[]; remove: string[] };
  jobs?: NewJob[];
};

export type MessageCommit = {
  expected: ExpectedRun;
  /** The person's orders as they were read, newest first: when one came meanwhile, nothing leaves. */
  person: PersonView;
  outgoing: OutgoingMessage;
  /** The code the message names; it is taken in the same transaction. */
  code: CodeToGive | null;
  /** Null: that was the last step. */
  next: NextStep | null;
  /** Where the run stands after its last step. */
  context: RunContext;
};

/** `kind` is a journey's, "campaign" or "direct". */
/** `step`: path in its journey; null for what is of none. */
export type SentMessage = { kind: string; step: string | null; at: Date };

/** A marketing message of a journey that waits for its time. `priority`: what its definition says. */
export type WaitingMessage = { kind: string; step: string; priority: number | null; dueAt: Date };

export type Leaving = {
  situation: Situation;
  definition: JourneyDefinition;
  journeyIsOn: boolean;
  /** When marketing messages left for the person in the last week, newest first; those never shown left out. */
  marketingSent: SentMessage[];
  /** What else is due for the person within a day, of journeys that are switched on. */
  waiting: WaitingMessage[];
  /** Web orders of the last half hour that no link ties to anybody. */
  unknownOrders: Pick<Order, "orderId" | "createdAt" | "items">[];
};

export type StockAlert = { id: number; visitorId: string; customerId: string | null; createdAt: Date };

export type StockWave = {
  shop: string;
  variantId: string;
  /** In the order in which they asked; empty when nobody did. */
  alerts: StockAlert[];
  runs: NewRun[];
};

export type RunStore = {
  /** The visitors an event concerns, with all visitors of the same person, the one meant first. */
  concerned(event: LoggedEvent): Promise<string[]>;
  /** Null for a visitor we do not know. */
  person(shop: string, visitorId: string, now: Date): Promise<PersonView | null>;
  /** With the runs of one journey for it. */
  fulfillment(shop: string, fulfillmentId: string, journey: string): Promise<FulfillmentView | null>;
  /** The fulfillments of an order that were heard of. */
  fulfillmentsOf(shop: string, orderId: string): Promise<string[]>;
  /** The last run of a subject, whatever its state. `visitorId` null: whoever it was for. */
  lastOf(shop: string, journey: string, subject: string, visitorId: string | null): Promise<Run | null>;
  /** The same for all browsers in which a customer signed in last. */
  lastOfCustomer(shop: string, journey: string, subject: string, customerId: string): Promise<Run | null>;
  byId(runId: number): Promise<Run | null>;
  /** How many runs of a journey stand where, by version. */
  counts(shop: string, journey: string): Promise<RunCount[]>;
  /** The run and step a notification came from; null for one that no journey sent. */
  ofNotification(shop: string, notificationId: string): Promise<{ run: Run; step: string } | null>;
  /** Variants somebody waits for among those an event may have changed. */
  watchedVariants(shop: string, changed: { inventoryItemId?: string; variantIds?: string[] }): Promise<string[]>;
  currentJourneys(shop: string): Promise<CurrentJourney[]>;
  definition(shop: string, kind: string, version: number): Promise<JourneyDefinition | null>;
  /**
   * Marks the event as looked at and writes what it does, together.
   *
   * @returns false, and nothing was written, when it had been looked at already
   */
  apply(event: LoggedEvent, outcome: EventOutcome, now: Date): Promise<boolean>;

  /**
   * Days after which half of the customers who bought a product again had done so, learnt from the shop's newest orders;
   * null when too few did. Learnt anew once a day.
   */
  repeatDays(shop: string, productId: string, now: Date): Promise<number | null>;
  /** How many orders of the person we know of, by any link, however old. */
  orderCount(shop: string, visitorIds: string[], customerId: string | null): Promise<number>;
  /** When marketing messages left for the person in the last week, newest first; those never shown left out. */
  marketingSent(shop: string, visitorIds: string[], now: Date): Promise<SentMessage[]>;
  /** Everything needed to decide whether a run's message leaves. Null when the run is no more or not under way. */
  leaving(runId: number, now: Date, also?: { alsoEnded: boolean }): Promise<Leaving | null>;
  /** `changed`: the run or the person's orders are not what was read. `code_gone`: another message took the code, or what was left of the week's budget. */
  commitMessage(commit: MessageCommit, now: Date): Promise<"done" | "changed" | "code_gone">;
  /** The run goes on elsewhere or later, with the reasons in the ledger. False when the run is not what was read. */
  commitDelay(expected: ExpectedRun, next: NextStep, ledger: LedgerEntry[], effects?: StepEffects): Promise<boolean>;
  /** The run is over. An alert whose moment passed before it was told goes back to waiting. */
  commitEnd(
    expected: ExpectedRun,
    end: { state: "finished" | "exited"; reason: string | null; context?: RunContext },
    ledger: LedgerEntry[],
    now: Date,
    effects?: StepEffects,
  ): Promise<boolean>;

  /** Who waits for a variant and can be written to, oldest first, and when the journey's last wave for it went out. */
  stockAlerts(
    shop: string,
    variantId: string,
    journey: string,
    limit: number,
  ): Promise<{ waiting: StockAlert[]; lastWaveAt: Date | null }>;
  /** Marks alerts as told and starts the runs, together. Runs of alerts no longer waiting are left out. */
  startWave(wave: StockWave, now: Date): Promise<void>;
};
