/** Read beyond a limit, and thrown away, before the connection is cut. */
export const DRAINED_BYTES = 64 * 1024 * 1024;

/**
 * Reads a request's body up to a limit. What is beyond the limit is read and thrown away up to a point, because closing
 * the connection under a client that still sends would lose the answer.
 *
 * @returns null when the body is longer than `limit` bytes
 */
export async function readBody(request: Request, limit: number): Promise<Buffer | null> {
  if (!request.body) return Buffer.alloc(0);
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return size > limit ? null : Buffer.concat(chunks);
    size += value.byteLength;
    if (size <= limit) chunks.push(value);
    else chunks.length = 0;
    if (size > limit + DRAINED_BYTES) {
      await reader.cancel();
      return null;
    }
  }
}

/** @returns undefined for what is not JSON. Whole numbers too large for a double stay exact, as text: Shopify's ids. */
export function parseJson(bytes: Buffer): unknown {
  try {
    const text = UTF8.decode(bytes);
    // The reviver is asked for every value, which takes five times as long: only where a number might be that long.
    return SIXTEEN_DIGITS.test(text) ? JSON.parse(text, keepLargeIntegers) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const SIXTEEN_DIGITS = /\d{16}/;

function keepLargeIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !context?.source) return value;
  return /^-?\d+$/.test(context.source) ? context.source : value;
}
