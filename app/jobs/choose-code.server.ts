import { isAsGoodAs, offerKey, parseOffer } from "../composer/discount-offers.ts";
import type { Offer } from "../composer/discount-offers.ts";
import { waitForCode } from "../journeys/decide-leaving.ts";
import type { MessageStep } from "../journeys/definition.ts";
import { offerOf } from "../journeys/discount.ts";
import type { CodeToGive, DiscountStore, HeldCode, WeeklyBudget } from "../journeys/discount-store.ts";
import { DAY_MS, HOUR_MS } from "../journeys/duration.ts";
import { codeProblem } from "../journeys/fixed-code.server.ts";
import type { CodeInShopify } from "../journeys/fixed-code.server.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import type { Situation } from "../journeys/person-view.ts";

/** One code per person in so long, whatever the journey. */
const BETWEEN_CODES_MS = 30 * DAY_MS;
/** A code that ends sooner is not offered again. */
const STILL_OF_USE_MS = HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

export type WithoutCode =
  | "none_meant"
  | "cart_is_discounted"
  | "bought_without_last_time"
  | "had_one_lately"
  | "had_a_better_one"
  | "budget_spent"
  | "not_valid_in_shopify"
  | "none_available";

export type CodeChoice =
  | { type: "code"; code: CodeToGive; offer: Offer }
  | { type: "without"; because: WithoutCode }
  /** The message is not sent without the code it was meant to bring. */
  | { type: "drop"; because: WithoutCode }
  /** The pool is empty at the moment, or Shopify cannot be asked: look again then. */
  | { type: "wait"; until: Date };

export type CodeDeps = {
  store: { discounts: Pick<DiscountStore, "heldCodes" | "freeCode" | "spent" | "boughtWithoutCode"> };
  /** What Shopify says of a merchant's own code at this moment. */
  findCode: (shop: string, code: string) => Promise<CodeInShopify>;
};

/**
 * The code a message that is about to leave will name. It is taken only with the message, which undoes the choice when the
 * code or the budget went to another one meanwhile. A person climbs the steps of a journey and never goes down: an unused
 * code that is at least as good is offered again instead of another. docs/decisions/0016-discounts.md
 */
export async function chooseCode(
  deps: CodeDeps,
  kind: JourneyKind,
  situation: Situation,
  step: MessageStep,
  now: Date,
): Promise<CodeChoice> {
  const { discount } = step;
  if (!discount || !kind.mayDiscount) return { type: "without", because: "none_meant" };
  const choice = await choose(deps, kind, situation, { ...step, discount }, now);
  return choice.type === "without" && discount.whenUnavailable === "drop" ? { ...choice, type: "drop" } : choice;
}

async function choose(
  { store: { discounts }, findCode }: CodeDeps,
  kind: JourneyKind,
  situation: Situation,
  step: MessageStep & { discount: NonNullable<MessageStep["discount"]> },
  now: Date,
): Promise<CodeChoice> {
  const { discount } = step;
  const { context, run, person } = situation;
  const { shop } = run;
  const { settings } = person.shop;
  if (kind.hasDiscount(situation)) return without("cart_is_discounted");
  if (settings.discounts.noneForWhoBuyWithout && !kind.isCodeAPresent) {
    if (await discounts.boughtWithoutCode(shop, person.visitorIds, person.visitor.customerId)) {
      return without("bought_without_last_time");
    }
  }

  const meant = offerOf(discount);
  const key = personKey(situation);
  const held = await discounts.heldCodes(shop, key, new Date(now.getTime() - BETWEEN_CODES_MS));
  const budget: WeeklyBudget = {
    codes: settings.discounts.codesPerWeek,
    cost: settings.discounts.costPerWeek,
    codesOfJourney: settings.discounts.journeys[kind.kind] ?? null,
  };
  const give = (code: Pick<HeldCode, "code" | "isUnique" | "endsAt">, offer: Offer, isAgain: boolean): CodeChoice => {
    const { code: text, isUnique, endsAt } = code;
    const taken = { code: text, isUnique, endsAt, offer: offerKey(offer), personKey: key, isAgain, budget };
    return { type: "code", code: taken, offer };
  };
  const again = codeToOfferAgain(held, meant, run.id, now);
  if (again) return give(again.code, again.offer, true);
  const fixedCode = discount.code?.toUpperCase() ?? null;
  const hasFixed = held.some(({ code, usedAt }) => code === fixedCode && !usedAt);
  if (!hasFixed && held.some(({ runId }) => runId !== run.id)) return without("had_one_lately");
  if (held.some((one) => isBetter(parseOffer(one.offer), meant))) return without("had_a_better_one");
  // The same again within a run (the shopper asked to be reminded of its last message): one that has ended is not renewed.
  if (!hasFixed && held.some((one) => one.runId === run.id && isSame(parseOffer(one.offer), meant))) {
    return without("had_one_lately");
  }
  if (!hasFixed && (await isSpent(discounts, budget, shop, kind.kind, now))) return without("budget_spent");

  const since = context.noCodeSince === undefined ? null : new Date(context.noCodeSince);
  const waitOr = (because: WithoutCode): CodeChoice => {
    const until = waitForCode(step, since, now);
    return until ? { type: "wait", until } : without(because);
  };
  if (fixedCode !== null) {
    // It lives in Shopify, where it may have been ended since the journey was saved.
    const found = await findCode(shop, fixedCode);
    if (found.type === "unknown") return waitOr("none_available");
    if (codeProblem(found, discount, now) !== null) return without("not_valid_in_shopify");
    const endsAt = found.type === "found" && found.discount.endsAt ? new Date(found.discount.endsAt) : null;
    return give({ code: fixedCode, isUnique: false, endsAt }, meant, hasFixed);
  }
  const validUntil = new Date(now.getTime() + discount.validHours * HOUR_MS);
  const free = await discounts.freeCode(shop, offerKey(meant), validUntil);
  return free ? give({ ...free, isUnique: true }, meant, false) : waitOr("none_available");
}

/** The best unused code of the person's own that does at least what is meant; from another run, any of the same sort. */
function codeToOfferAgain(
  held: HeldCode[],
  meant: Offer,
  runId: number,
  now: Date,
): { code: HeldCode; offer: Offer } | null {
  const useful = held.flatMap((code) => {
    const offer = parseOffer(code.offer);
    const isOver = code.endsAt !== null && code.endsAt.getTime() < now.getTime() + STILL_OF_USE_MS;
    if (!offer || !code.isUnique || code.usedAt || isOver || offer.value.type !== meant.value.type) return [];
    const isForLess = offer.minimum !== null || offer.collections.length > 0;
    const isGood = isAsGoodAs(offer, meant) || (code.runId !== runId && !isForLess);
    return isGood ? [{ code, offer }] : [];
  });
  return useful.toSorted((a, b) => (isBetter(a.offer, b.offer) ? -1 : isBetter(b.offer, a.offer) ? 1 : 0))[0] ?? null;
}

function isBetter(held: Offer | null, meant: Offer): boolean {
  return held !== null && isAsGoodAs(held, meant) && !isAsGoodAs(meant, held);
}

function isSame(held: Offer | null, meant: Offer): boolean {
  return held !== null && isAsGoodAs(held, meant) && isAsGoodAs(meant, held);
}

async function isSpent(
  discounts: Pick<DiscountStore, "spent">,
  budget: WeeklyBudget,
  shop: string,
  journey: string,
  now: Date,
): Promise<boolean> {
  if (budget.codes === null && budget.cost === null && budget.codesOfJourney === null) return false;
  const spent = await discounts.spent(shop, journey, new Date(now.getTime() - WEEK_MS));
  return (
    spent.codes >= (budget.codes ?? Infinity) ||
    spent.cost >= (budget.cost ?? Infinity) ||
    spent.codesOfJourney >= (budget.codesOfJourney ?? Infinity)
  );
}

function without(because: WithoutCode): CodeChoice {
  return { type: "without", because };
}

/** Whose code it is: the customer's, whichever browser asks, or else the browser's. */
export function personKey({ person }: Situation): string {
  const { customerId, visitorId } = person.visitor;
  return customerId ? `customer:${customerId}` : `visitor:${visitorId}`;
}
