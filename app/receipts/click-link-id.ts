import { createHash } from "node:crypto";

/**
 * The link id that a click puts into the cart it opens: the same for every opening of one delivery, so that a page fetched
 * without being opened by a person leaves nothing behind.
 */
export function clickLinkId(deliveryId: string): string {
  return `c${createHash("sha256").update(`click:${deliveryId}`).digest("base64url").slice(0, 21)}`;
}
