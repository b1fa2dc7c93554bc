import { waitForCode } from "../journeys/decide-leaving.ts";
import type { MessageStep } from "../journeys/definition.ts";
import type { PoolCode } from "../journeys/discount-store.ts";
import { DAY_MS } from "../journeys/duration.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import type { Situation } from "../journeys/person-view.ts";
import type { RunStore } from "../journeys/run-store.ts";

/** One code per person in so long, whatever the journey. */
const BETWEEN_CODES_MS = 30 * DAY_MS;

export type CodeChoice =
  | { type: "code"; code: PoolCode }
  | { type: "without"; because: "none_meant" | "cart_is_discounted" | "had_one_lately" | "none_available" }
  /** The pool is empty at the moment: look again then. */
  | { type: "wait"; until: Date };

/** The code a message that is about to leave will name. It is taken only with the message. */
export async function chooseCode(
  runs: Pick<RunStore, "codeFor" | "lastCodeAt">,
  kind: JourneyKind,
  situation: Situation,
  step: MessageStep,
  now: Date,
): Promise<CodeChoice> {
  const { discount } = step;
  const { context, run } = situation;
  if (!discount || !kind.mayDiscount) return { type: "without", because: "none_meant" };
  if (kind.hasDiscount(situation)) return { type: "without", because: "cart_is_discounted" };
  const key = personKey(situation);
  const lastAt = await runs.lastCodeAt(run.shop, key, run.id);
  if (lastAt && now.getTime() - lastAt.getTime() < BETWEEN_CODES_MS) {
    return { type: "without", because: "had_one_lately" };
  }
  const validUntil = new Date(now.getTime() + discount.validHours * 3_600_000);
  const code = await runs.codeFor(run.shop, { percent: discount.percent }, key, run.id, validUntil);
  if (code) return { type: "code", code };
  const since = context.noCodeSince === undefined ? null : new Date(context.noCodeSince);
  const until = waitForCode(step, since, now);
  return until ? { type: "wait", until } : { type: "without", because: "none_available" };
}

/** Whose code it is: the customer's, whichever browser asks, or else the browser's. */
export function personKey({ person }: Situation): string {
  const { customerId, visitorId } = person.visitor;
  return customerId ? `customer:${customerId}` : `visitor:${visitorId}`;
}
