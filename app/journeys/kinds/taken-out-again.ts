import { MINUTE_MS } from "../duration.ts";
import type { Run } from "../person-view.ts";

/** What is heard later than that is no matter of the order of arrival. */
const LATELY_MS = 10 * MINUTE_MS;

/**
 * Whether a run ended a moment ago for something in the cart that is not in it any more. Heard of in another order, it
 * would not have ended. For the cart as it is now, whoever asks answers.
 */
export function wasTakenOutAgain({ state, exitReason, endedAt, context }: Run, now: Date): boolean {
  if (state !== "exited" || exitReason !== "added_to_cart" || !endedAt) return false;
  return (context.sent ?? 0) === 0 && endedAt.getTime() >= now.getTime() - LATELY_MS;
}
