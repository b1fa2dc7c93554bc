import type { Refusal } from "./check-vapid.ts";

/** RFC 8030 section 7.2: what a service must take at least. The real ones take no more. */
export const MAX_BODY_BYTES = 4_096;

const URGENCIES = ["very-low", "low", "normal", "high"];
/** RFC 8188 header with a P-256 key (86), one byte of padding delimiter and the tag of 16. */
const SMALLEST_BODY_BYTES = 103;
const KEY_ID_AT = 20;

export type CheckedPush = { topic: string | null; urgency: string; ttlSeconds: number };

/**
 * Checks headers and body of a push (RFC 8030, 8188, 8291).
 *
 * @param body null when it was longer than `MAX_BODY_BYTES`
 */
export function checkPush(
  headers: Record<string, string>,
  body: Buffer | null,
  maxTtlSeconds: number,
): CheckedPush | Refusal {
  const { ttl, urgency = "normal", topic } = headers;

  if (ttl === undefined) return bad("TTL is missing");
  if (!/^\d{1,10}$/.test(ttl)) return bad("TTL is not a number of seconds");
  if (!URGENCIES.includes(urgency)) return bad(`Urgency is not one of ${URGENCIES.join(", ")}`);
  if (topic !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(topic)) {
    return bad("Topic is not 1 to 32 characters of the base64url alphabet");
  }
  if (body === null) return { status: 413, message: `the body is larger than ${MAX_BODY_BYTES} bytes` };
  if (body.length > 0) {
    if (headers["content-encoding"] !== "aes128gcm") return bad("Content-Encoding is not aes128gcm");
    const problem = checkBody(body);
    if (problem) return bad(problem);
  }
  return { topic: topic ?? null, urgency, ttlSeconds: Math.min(Number(ttl), maxTtlSeconds) };
}

export function isRefusal(checked: CheckedPush | Refusal): checked is Refusal {
  return "status" in checked;
}

function bad(message: string): Refusal {
  return { status: 400, message };
}

function checkBody(body: Buffer): string | null {
  if (body.length < SMALLEST_BODY_BYTES) return "the body is too short for aes128gcm";
  if (body[KEY_ID_AT] !== 65 || body[KEY_ID_AT + 1] !== 0x04) return "the key id is not an uncompressed P-256 point";
  const recordSize = body.readUInt32BE(16);
  if (recordSize < 18) return "the record size is under 18";
  // RFC 8291 section 4: exactly one record.
  if (body.length - 86 > recordSize) return "the body has more than one record";
  return null;
}
