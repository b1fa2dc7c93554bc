/**
 * The wait a `Retry-After` header asks for, in machine milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3).
 *
 * @returns null when the header is absent or is neither
 */
export function parseRetryAfter(header: string | undefined, machineNow: Date): number | null {
  const value = header?.trim();
  if (!value) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  // A date has a comma or a letter; anything numeric that is not plain digits ("-5", "1.5") is no wait at all.
  if (!/^[A-Za-z]/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - machineNow.getTime());
}
