import type { TextsByLocale } from "../../composer/message-texts.ts";
import type { TemplateFacts } from "../../composer/template-fields.ts";
import type { Interest, InterestReason, PastPrice } from "../../events/interest-store.ts";
import type { Variant } from "../../events/mirror-store.ts";
import type { LoggedEvent } from "../../events/shop-event.ts";
import type { AudienceMember, Occasion } from "../audience-store.ts";
import type { ConditionFacts } from "../conditions.ts";
import type { JourneyDefinition } from "../definition.ts";
import type { LedgerReason } from "../ledger-store.ts";
import type { SendingHour } from "../sending-hour.ts";
import type { Trigger, TriggerType } from "../trigger.ts";
import type { FulfillmentView, PersonView, Run, RunContext, Situation } from "../person-view.ts";

/** What a kind wants for one of its subjects ("cart:TOKEN"), given the state of the mirror. */
export type RunPlan =
  /**
   * Under way: started when it is not, its waits counted from `anchorAt` when it is. The engine leaves alone what is
   * already so.
   */
  | { type: "arm"; subject: string; anchorAt: Date; context: RunContext; minimumDelayMs?: number; dueAt?: Date }
  /** Under way but without a time: the shopper is in the checkout. Starts nothing. */
  | { type: "suspend"; subject: string }
  /** Over, if it was under way. `subject: null`: all of this kind. */
  | { type: "exit"; subject: string | null; reason: LedgerReason };

export type PlanInput = {
  event: LoggedEvent;
  person: PersonView;
  /** Present for events about a fulfillment. */
  fulfillment: FulfillmentView | null;
  /** What this visitor looked at, saved or carted, newest first; empty unless the kind reads it. */
  interests: Interest[];
  /** What the merchant made begin the journey now. */
  trigger: Trigger;
  /** What the person did lately, in no order; empty unless the kind asks for it. */
  history: LoggedEvent[];
  now: Date;
};

/** For journeys that begin with something that happens to a variant and not to a person. */
export type VariantMoment = {
  /** Whether the variant as it is now is such a moment, and which one: a second look at the same starts nothing new. */
  of(variant: Variant, prices: PastPrice[], now: Date): { version: number } | null;
  /** Whom it concerns, the most important reason first: each person is told for one. */
  audience: InterestReason[];
  subject(variantId: string): string;
};

/** A run to be started for somebody in an audience. */
export type Invitation = {
  subject: string;
  context: RunContext;
  /** What waits count from: an instant, or a day with the hour that suits the person, where they are. */
  when: { at: Date } | { day: string; hour: SendingHour };
  /** Whether it is still worth starting when that has passed. */
  mayBeLate: boolean;
};

/** For journeys that begin by the calendar, or with something that concerns everybody. */
export type AudienceRules = {
  /** Whether the shop's feed of articles is to be read before each look. */
  readsFeed?: boolean;
  /** What is to be gone through now, and when to look again. Called again and again: what was begun is not begun twice. */
  occasions(input: {
    definition: JourneyDefinition;
    version: number;
    /** The occasion begun last. */
    last: { key: string; createdAt: Date } | null;
    /** When articles were found that no occasion was begun for; empty unless it reads the feed. */
    newsFoundAt: Date[];
    now: Date;
  }): { occasions: Occasion[]; lookAgainAt: Date };
  /** For one of the people. Of each inner list the first is started that was not before and is not over. */
  invite(input: {
    occasion: Occasion;
    member: AudienceMember;
    person: PersonView;
    definition: JourneyDefinition;
    now: Date;
  }): Invitation[][];
};

export type Check =
  | { type: "send" }
  | { type: "exit"; reason: LedgerReason; values?: Record<string, unknown> }
  | { type: "delay"; reason: LedgerReason; until: Date; values?: Record<string, unknown> };

/**
 * One kind of moment worth a message: data and small pure functions. Everything that tells one kind from another is in its
 * own file; the engine, the jobs, the admin and the API ask these fields and never for a name.
 */
export type JourneyKind = {
  /** A promise to rows already stored and to the API. */
  kind: string;
  /** What the merchant reads. */
  name: string;
  description: string;
  /** `definition.trigger.type`. */
  trigger: TriggerType;
  isEnabledAfterInstall: boolean;
  /** Outside caps, quiet hours and consent to marketing. */
  isTransactional: boolean;
  /** One run for a subject in all, whoever of the people concerned it is for. */
  isSubjectUnique: boolean;
  /** Whether it wants the parcel an event is about. */
  readsFulfillments: boolean;
  /** `marketing`: needs that consent. `asked`: the shopper's own tap was consent. */
  consent: "marketing" | "asked";
  /**
   * Its first step is the answer to the shopper's own tap, who is there and waits for it: it leaves at once, also in
   * quiet hours, and neither waits for a cap nor uses one up.
   */
  isAnswer?: boolean;
  mayDiscount: boolean;
  /** Its code is a present (a birthday, a thank-you), given also to who bought without one last time. */
  isCodeAPresent?: boolean;
  defaultDefinition: JourneyDefinition;
  /** Texts that promise no code, for a message that was meant to have one. */
  plainTexts: TextsByLocale | null;
  /** No wait may be shorter. */
  minimumDelayMs: number;
  ttlSeconds: number;
  urgency: "very-low" | "low" | "normal" | "high";
  /** Waits longer than this for a cap to free, and the message is dropped. */
  longestDelayMs: number;
  /** 1 to 100, 50 when absent: of messages that want the same room under the caps, the higher goes. A definition may name another. */
  priority?: number;
  /** At most one message of this kind to a person within so long; a second is dropped. */
  oncePerMs?: number;
  /** Whether `plan` and the decision are given what the visitor looked at. */
  readsInterests?: boolean;
  /** Whether the decision is given how many orders the person has ever made. */
  readsOrderCount?: boolean;
  /**
   * The decision is given after how many days the run's product is usually bought again, and the wait for the first
   * message ends then if it would be longer, yet not before so many days.
   */
  repeatInterval?: { leastDays: number };
  variantMoment?: VariantMoment;
  audience?: AudienceRules;
  /** Milliseconds of the past that `plan` and the decision need to see; null: this event is of no interest. */
  readsHistory?(trigger: Trigger, event: LoggedEvent | null): number | null;
  /** Whether the decision is given the articles its run is about. */
  readsArticles?: boolean;
  /** Runs begin by something no event tells, as those of an audience do: a replay begins them where they really began. */
  beginsUntold?: true;
  /** Where the consent needed depends on how the run began; otherwise `consent` holds. */
  consentOf?(context: RunContext): "marketing" | "asked";

  /** What should be under way for this visitor. Called for every event that concerns it. */
  plan(input: PlanInput): RunPlan[];
  /** Whether a run may start although one for the subject has ended. */
  mayStartAgain(ended: Run, context: RunContext, plan: RunContext, now: Date): boolean;
  /** Whether a purchase leaves a run of this kind under way. */
  survivesPurchase(context: RunContext, boughtVariantIds: string[]): boolean;

  /** Products the message needs to name: more of a collection, or what goes with others. */
  recommends?(situation: Situation): { collection: string; seen: string[] } | { productIds: string[] } | null;
  /** Products that a step about another product offers one for, the most important first. */
  offersFor?(situation: Situation): string[];
  /** Variants whose stock and price must be read again before the message leaves. */
  variantIds(situation: Situation): string[];
  /** What speaks against the message at this moment, as far as only this kind knows. */
  check(situation: Situation, now: Date): Check;
  facts(situation: Situation): TemplateFacts;
  conditionFacts(situation: Situation): ConditionFacts;
  /** Whether the cart or checkout has a discount already, so that no code is promised. */
  hasDiscount(situation: Situation): boolean;
  /** Where a click leads: a path on the shop's domain, or an https address. */
  target(situation: Situation): string;
  image(situation: Situation): string | null;
  /** Tokens of the cart or checkout the click brings back. */
  tokens(situation: Situation): { cartToken: string | null; checkoutToken: string | null };
  /** The slot at the push service: a newer message in the same slot replaces one that waits there. */
  pushSlot(situation: Situation): string;
  /** Shared by messages that replace each other in the browser; null: the notification's own id. */
  tag(situation: Situation): string | null;
  /** Whether it sounds again when it replaces one. */
  renotify(situation: Situation): boolean;
};

/** One slot for all marketing: who was offline over night gets the newest message, not three. */
export const MARKETING_SLOT = "beckon-marketing";
