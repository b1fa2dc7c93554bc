import type { Keyring } from "../encryption.server.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "../sender/payload-limit.ts";
import { isApplePushService } from "../sender/push-services.ts";
import { signToken } from "../signed-token.server.ts";
import type { ComposedMessage } from "../store/sqlite/schema.server.ts";
import { ownLanguage, textDirection } from "./locales.ts";
import { ownPage } from "./own-page.server.ts";
import { discountPath, inLanguageFolder, leadsToCart } from "./target-links.ts";

export type PayloadParts = {
  notification: {
    id: string;
    shop: string;
    kind: string;
    /** Language of the part of the shop that it leads to: the message's, even where our own words took its place. */
    locale: string;
    message: ComposedMessage;
    /** Whose cart it is about. */
    visitorId: string;
    /** A path on the shop's own domain, or an https address elsewhere. */
    targetUrl: string;
    discountCode: string | null;
    /** The checkout to bring back; its recovery link is resolved on the click. */
    checkoutToken: string | null;
  };
  /** `visitorId`: the browser it goes to. */
  delivery: { id: string; visitorId: string };
  /** `pushService` is host[:port] of the endpoint; `origin`, `proxyPath` and `page` (a path) are those it was made with. */
  subscription: { pushService: string; origin: string; proxyPath: string; page: string | null };
  keyring: Keyring;
};

/** A body is never cut shorter than this to make a payload fit. */
const SHORTEST_BODY = 40;

/**
 * The JSON that is encrypted and sent. Too long, it loses first its picture, then its
 * buttons, then the end of its body.
 *
 * `navigate` is always a `go` link on the origin where the subscription was made. `data.url` is the final target with the
 * code applied; for a cart that is not that browser's own, and for a checkout, it leads through the `go` page, because only
 * that page can look whether the cart is empty before it puts anything back (docs/decisions/0006-where-a-click-leads.md).
 *
 * @throws PayloadTooLargeError when even the shortened message is above 3,993 bytes
 */
export function buildPayload(parts: PayloadParts): string {
  let message = parts.notification.message;
  let payload = writePayload(parts, message);
  if (fits(payload)) return payload;

  message = { ...message, image: null };
  payload = writePayload(parts, message);
  if (fits(payload)) return payload;

  message = { ...message, actions: [] };
  payload = writePayload(parts, message);
  if (fits(payload)) return payload;

  const letters = [...new Intl.Segmenter(message.lang).segment(message.body)].map(({ segment }) => segment);
  const shorten = (length: number) => ({ ...message, body: `${letters.slice(0, length).join("").trimEnd()}…` });
  // The longest body that fits, by halving: each try is one serialisation of at most a few kilobytes.
  let shortest = Math.min(SHORTEST_BODY, letters.length);
  let tooLong = letters.length;
  const smallest = writePayload(parts, shorten(shortest));
  if (!fits(smallest)) throw new PayloadTooLargeError(Buffer.byteLength(smallest));
  while (tooLong - shortest > 1) {
    const middle = Math.floor((shortest + tooLong) / 2);
    if (fits(writePayload(parts, shorten(middle)))) shortest = middle;
    else tooLong = middle;
  }
  return writePayload(parts, shorten(shortest));
}

function fits(payload: string): boolean {
  return Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES;
}

function writePayload(
  { notification, delivery, subscription, keyring }: PayloadParts,
  message: ComposedMessage,
): string {
  const claims = { d: delivery.id, s: notification.shop };
  const goLink = (action?: string) => {
    const token = signToken(keyring, "go", action === undefined ? claims : { ...claims, a: action });
    return `${subscription.origin}${subscription.proxyPath}/go/${token}`;
  };
  const navigate = goLink();
  const hasAnswers = message.actions.some(({ done }) => done);
  const answersIn = ownLanguage(message.lang);

  const shown = {
    title: message.title,
    body: message.body,
    navigate,
    lang: message.lang,
    dir: message.dir,
    tag: message.tag,
    renotify: message.renotify,
    data: {
      token: signToken(keyring, "receipt", claims),
      id: notification.id,
      kind: notification.kind,
      url: finalTarget(notification, delivery.visitorId, subscription, navigate, keyring),
      code: notification.discountCode,
      ...(hasAnswers &&
        answersIn !== message.lang.split("-")[0] && { doneLang: answersIn, doneDir: textDirection(answersIn) }),
    },
    ...(message.icon && { icon: message.icon }),
    ...(message.image && { image: message.image }),
    ...(message.badge && { badge: message.badge }),
    ...(message.actions.length > 0 && {
      actions: message.actions.map(({ action, title, done }) => ({
        action,
        title,
        navigate: goLink(action),
        ...(done && { done }),
      })),
    }),
    ...(message.requireInteraction && { requireInteraction: true }),
    ...(message.silent && { silent: true }),
  };
  const declarative = isApplePushService(subscription.pushService);
  return JSON.stringify(declarative ? { web_push: 8030, notification: shown, mutable: true } : { notification: shown });
}

function finalTarget(
  { shop, targetUrl, discountCode, visitorId, checkoutToken, locale }: PayloadParts["notification"],
  browser: string,
  { origin, page, proxyPath }: PayloadParts["subscription"],
  navigate: string,
  keyring: Keyring,
): string {
  if (!targetUrl.startsWith("/")) return targetUrl;
  const target = ownPage(targetUrl, { shop, visitorId, locale }, proxyPath, keyring);
  const isThere = visitorId === browser && checkoutToken === null;
  const own = inLanguageFolder(target, page, locale);
  const path = leadsToCart(targetUrl) && !isThere ? navigate.slice(origin.length) : own;
  return `${origin}${discountCode === null ? path : discountPath(discountCode, path)}`;
}
