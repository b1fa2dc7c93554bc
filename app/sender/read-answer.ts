import type { DeliveryOutcome } from "./push-request.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** The part of a push service's answer that matters. */
export type PushAnswer = { status: number; retryAfter: string | undefined; body: string };

const MAX_REASON_LENGTH = 120;

/** What an answer means for the delivery (RFC 8030 section 5 and 8, and what the services really do). */
export function readAnswer(answer: PushAnswer, machineNow: Date): DeliveryOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { type: "accepted", status };
  if (status === 404 || status === 410) return { type: "gone", status };
  // 406 is how Edge's service says that it is throttling. 408 and 425 ask for another try by their definition.
  if (status === 429 || status === 406 || status === 408 || status === 425 || status >= 500) {
    return {
      type: "later",
      status,
      retryAfterMs: parseRetryAfter(answer.retryAfter, machineNow),
      cause: withReason(`the push service answered ${status}`, answer.body),
    };
  }
  return { type: "refused", status, cause: withReason(describeRefusal(status), answer.body) };
}

function describeRefusal(status: number): string {
  switch (status) {
    case 400:
      return "400: the push service could not read the request";
    case 401:
      return "401: the push service did not accept our VAPID token";
    case 403:
      return "403: the push service did not accept the VAPID key or contact";
    case 413:
      return "413: the push service found the message too large";
    default:
      return status < 400
        ? `${status}: the push service redirects, which is not followed`
        : `${status}: the push service refused the request`;
  }
}

/** Adds the service's own word for it, where it gives one that can be shown: no addresses, no tokens, no markup. */
function withReason(sentence: string, body: string): string {
  const reason = findReason(body)
    ?.replace(/https?:\/\/\S+/gi, "…")
    .replace(/[A-Za-z0-9_.-]{40,}/g, "…")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_REASON_LENGTH);
  return reason ? `${sentence} (${reason})` : sentence;
}

function findReason(body: string): string | undefined {
  const text = body.trim();
  if (text === "" || text.startsWith("<")) return undefined;
  if (!text.startsWith("{")) return text;
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return [parsed.reason, parsed.message, parsed.error].find((value) => typeof value === "string");
  } catch {
    return undefined;
  }
}
