import type { Keyring } from "../encryption.server.ts";
import { signToken } from "../signed-token.server.ts";

/** What a message's link says to lead to the shopper's own page of picked items. */
export const RECOMMENDED_TARGET = "/recommended";

/**
 * Puts the shopper's own page of picked items in the place of `RECOMMENDED_TARGET`; other targets stay.
 *
 * @param whose the visitor the items are picked for
 */
export function ownPage(
  target: string,
  whose: { shop: string; visitorId: string; locale: string },
  proxyPath: string,
  keyring: Keyring,
): string {
  const [path, rest] = [target.split(/[?#]/)[0], target.slice(RECOMMENDED_TARGET.length)];
  if (path !== RECOMMENDED_TARGET) return target;
  const token = signToken(keyring, "recommended", { v: whose.visitorId, s: whose.shop, l: whose.locale });
  return `${proxyPath}/recommended/${token}${rest}`;
}
