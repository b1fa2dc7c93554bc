import { randomFillSync } from "node:crypto";
import type { Clock } from "../clock.server.ts";
import { compose } from "../composer/compose.server.ts";
import type { Composed, ComposeInput } from "../composer/compose.server.ts";
import type { NewJob } from "../scheduler/job.ts";
import { HAND_OVER_SECONDS, handOverJob } from "../sender/delivery-jobs.ts";
import { isApplePushService } from "../sender/push-services.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";
import type { NewDelivery, NewNotification } from "./notification-store.ts";
import type { ShopFacts } from "./person-view.ts";

// What every message that leaves has in common, whether a journey, a campaign, the API or the merchant's test sends it.

/** What a message to a device depends on. */
export type Device = Pick<
  Subscription,
  "id" | "visitorId" | "pushService" | "locale" | "timezone" | "city" | "country"
>;

type Recipient = {
  shop: ShopFacts;
  visitor: Pick<Visitor, "locale" | "timezone" | "city" | "country">;
  firstName: string | null;
  device: Device;
};

type Words = Pick<ComposeInput, "kind" | "texts" | "tag"> &
  Partial<Pick<ComposeInput, "facts" | "plainTexts" | "target" | "image" | "buttons" | "renotify">>;

/**
 * A message in the words of the person it goes to: their language, their clock, their name. `facts` is what the occasion
 * adds.
 *
 * @throws when the Liquid of the texts cannot be rendered
 */
export function composeFor({ shop, visitor, firstName, device }: Recipient, words: Words): Composed {
  return compose({
    plainTexts: null,
    target: "/",
    image: null,
    renotify: false,
    ...words,
    facts: {
      shop_name: shop.name || shop.shop.split(".")[0] || null,
      first_name: firstName,
      city: device.city ?? visitor.city,
      country: device.country ?? visitor.country,
      ...words.facts,
    },
    wishedLocales: [device.locale, visitor.locale, shop.settings.defaultLocale, shop.primaryLocale],
    timezone: device.timezone ?? visitor.timezone ?? shop.timezone,
    icon: shop.settings.iconUrl,
  });
}

export type OutgoingSpec = Pick<
  NewNotification,
  "id" | "shop" | "visitorId" | "customerId" | "kind" | "isTransactional"
> &
  Partial<Pick<NewNotification, "runId" | "step" | "campaignId" | "discountCode" | "cartToken" | "checkoutToken">> & {
    composed: Composed;
    /** The person's devices that may be written to, the one used last first. */
    devices: readonly [Pick<Device, "id" | "visitorId" | "pushService">, ...Pick<Device, "pushService">[]];
    pushTopic: string;
    urgency: NewDelivery["urgency"];
    /** How long the message stays true, over all devices. */
    ttlSeconds: number;
  };

/**
 * The rows of a message and its first delivery. The device used last gets it; where there are others, and none of the two
 * is Apple's, only for the time after which the next one has its turn (`handOver`).
 */
export function outgoingMessage(
  { composed, devices: [first, ...others], pushTopic, urgency, ttlSeconds: whole, ...spec }: OutgoingSpec,
  clock: Pick<Clock, "machineNow" | "afterMachineMs">,
  now: Date,
): { notification: NewNotification; delivery: NewDelivery; handOver: NewJob | null } {
  const { id: notificationId, shop, isTransactional } = spec;
  const machineNow = clock.machineNow().getTime();
  const handsOver =
    !isApplePushService(first.pushService) && others.some(({ pushService }) => !isApplePushService(pushService));
  const ttlSeconds = handsOver ? Math.min(HAND_OVER_SECONDS, whole) : whole;
  const untilMachineMs = machineNow + whole * 1_000;
  return {
    notification: {
      runId: null,
      step: null,
      campaignId: null,
      discountCode: null,
      cartToken: null,
      checkoutToken: null,
      ...spec,
      locale: composed.locale,
      message: composed.message,
      targetUrl: composed.targetUrl,
      createdAt: now,
    },
    delivery: {
      id: newMessageId(),
      shop,
      notificationId,
      subscriptionId: first.id,
      visitorId: first.visitorId,
      pushTopic,
      urgency,
      ttlSeconds,
      deadlineAt: new Date(machineNow + ttlSeconds * 1_000),
      createdAt: now,
    },
    handOver: handsOver
      ? handOverJob({ shop, notificationId, untilMachineMs }, isTransactional, clock.afterMachineMs(ttlSeconds * 1_000))
      : null,
  };
}

/** base64url in the order of its bytes, so that the text of an id sorts as its time does. */
const DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const TIME_UNIT_MS = 100;
const TIME_DIGITS = 5;
const RANDOM_DIGITS = 11;
const pool = Buffer.alloc(RANDOM_DIGITS * 512);
let used = pool.length;

/**
 * A notification's tag in the browser, and a delivery's name: 16 letters of base64url, 66 bits of them random. The first
 * five are the time, which repeats after three years: what is written together lies together in the database, where ids
 * all over it would have a page of the file written for each.
 */
export function newMessageId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let time = Math.floor(Date.now() / TIME_UNIT_MS);
  let id = "";
  for (let digit = 0; digit < TIME_DIGITS; digit += 1) {
    id = DIGITS.charAt(time % 64) + id;
    time = Math.floor(time / 64);
  }
  for (const end = used + RANDOM_DIGITS; used < end; used += 1) id += DIGITS.charAt((pool[used] ?? 0) & 63);
  return id;
}
