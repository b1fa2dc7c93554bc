import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.server.ts";
import { compose } from "../composer/compose.server.ts";
import type { Composed } from "../composer/compose.server.ts";
import { capVerdict } from "../journeys/caps.ts";
import { DAY_MS } from "../journeys/duration.ts";
import type { LedgerEntry, LedgerReason } from "../journeys/ledger-store.ts";
import { reachableSubscriptions, whyNotReachable } from "../journeys/permission.ts";
import { endOfQuietHours } from "../journeys/quiet-hours.ts";
import { HAND_OVER_SECONDS, handOverJob } from "../sender/delivery-jobs.ts";
import { isApplePushService } from "../sender/push-services.ts";
import { advanceCampaignJob, CAMPAIGN_KIND, campaignRequestSchema, sendCampaignPageJob } from "./campaign.ts";
import type { CampaignRequest } from "./campaign.ts";
import type { CampaignDevice, CampaignPage, CampaignPerson, PagePlan } from "./campaign-store.ts";

/** All that is not transactional shares the slot of the journeys: the newest message wins. */
const MARKETING_TOPIC = "beckon-marketing";
/** A page that nobody picks up (its job was given up) must not end the campaign: the next one comes by itself. */
const NEXT_PAGE_AT_LATEST_MS = 60_000;

type Clocks = Pick<Clock, "now" | "machineNow" | "afterMachineMs">;

/**
 * Decides for each person of a page whether the message leaves now, later or not at all, by the same rules as a journey's,
 * and composes it in the person's language. Synchronous: it runs inside the transaction that writes what it returns.
 */
export function planPage(page: CampaignPage, clock: Clocks): PagePlan {
  return new Page(page, clock).plan();
}

type Verdict =
  | { type: "send"; device: CampaignDevice; others: CampaignDevice[] }
  | { type: "delay"; reason: LedgerReason; until: Date; values: Record<string, unknown> }
  | { type: "drop"; reason: LedgerReason; values: Record<string, unknown> };

class Page {
  readonly #page: CampaignPage;
  readonly #request: CampaignRequest;
  readonly #clock: Clocks;
  readonly #now: Date;
  readonly #machineNow: Date;
  /** Later than this nobody is told any more. */
  readonly #lastMoment: Date;
  readonly #quietUntil = new Map<string, Date | null>();
  readonly #plan: PagePlan = { sent: [], delayed: [], dropped: 0, ledger: [], jobs: [] };

  constructor(page: CampaignPage, clock: Clocks) {
    this.#page = page;
    this.#clock = clock;
    this.#now = clock.now();
    this.#machineNow = clock.machineNow();
    this.#request = campaignRequestSchema.parse(page.campaign.request);
    const startedAt = page.campaign.startedAt ?? this.#now;
    // Whoever sleeps through its beginning is told in the morning, even when it is not kept long for devices that are off.
    this.#lastMoment = new Date(startedAt.getTime() + Math.max(DAY_MS, this.#request.ttlSeconds * 1_000));
  }

  plan(): PagePlan {
    for (const person of this.#page.people) this.#planFor(person);
    const { shop, id } = this.#page.campaign;
    if (this.#plan.sent.length > 0) {
      const deliveryIds = this.#plan.sent.map(({ delivery }) => delivery.id);
      this.#plan.jobs.push(sendCampaignPageJob(shop, id, deliveryIds, this.#request.transactional, this.#now));
    }
    this.#plan.jobs.push(advanceCampaignJob(shop, id, this.#clock.afterMachineMs(NEXT_PAGE_AT_LATEST_MS)));
    return this.#plan;
  }

  #planFor(person: CampaignPerson): void {
    const verdict = this.#judge(person);
    if (verdict.type === "send") return this.#send(person, verdict);
    if (verdict.type === "drop") return this.#drop(person, verdict.reason, verdict.values);
    if (verdict.until > this.#lastMoment) return this.#drop(person, verdict.reason, verdict.values);

    const values = { ...verdict.values, until: verdict.until.toISOString() };
    const { visitorId } = person.visitor;
    this.#plan.delayed.push({ visitorId, subscriptionId: person.subscriptionId, until: verdict.until });
    this.#write(person, "delayed", verdict.reason, values, null);
  }

  #judge(person: CampaignPerson): Verdict {
    const { shop } = this.#page;
    const isTransactional = this.#request.transactional;
    const rules = { kind: CAMPAIGN_KIND, consent: isTransactional ? "asked" : "marketing" } as const;
    const unreachable = whyNotReachable({ ...person, shop }, rules, this.#now);
    if (unreachable) return { type: "drop", reason: unreachable.reason, values: {} };
    const [device, ...others] = reachableSubscriptions(person, rules, this.#now);
    if (!device) return { type: "drop", reason: "unsubscribed", values: {} };
    if (isTransactional) return { type: "send", device, others };

    const { settings } = shop;
    const until = this.#endOfQuietHours(device.timezone ?? person.visitor.timezone);
    if (until) return { type: "delay", reason: "quiet_hours", until, values: settings.quietHours };
    const cap = capVerdict(settings.caps, person.marketingSent, this.#now);
    return cap ? { type: "delay", ...cap } : { type: "send", device, others };
  }

  /** Asked once for each timezone of a page: a calendar costs more than everything else about a person. */
  #endOfQuietHours(timezone: string | null): Date | null {
    const key = timezone ?? "";
    let until = this.#quietUntil.get(key);
    if (until === undefined) {
      const { settings, timezone: ofShop } = this.#page.shop;
      until = endOfQuietHours(settings.quietHours, [timezone, ofShop], this.#now);
      this.#quietUntil.set(key, until);
    }
    return until;
  }

  #send(person: CampaignPerson, { device, others }: Extract<Verdict, { type: "send" }>): void {
    const notificationId = randomId();
    let composed: Composed;
    try {
      composed = this.#compose(person, device, notificationId);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#drop(person, "broken_text", { message });
    }

    const { campaign } = this.#page;
    const { shop } = campaign;
    const { transactional: isTransactional, ttlSeconds: whole, urgency } = this.#request;
    const handsOver =
      !isApplePushService(device.pushService) && others.some(({ pushService }) => !isApplePushService(pushService));
    const ttlSeconds = handsOver ? Math.min(HAND_OVER_SECONDS, whole) : whole;
    this.#plan.sent.push({
      notification: {
        id: notificationId,
        shop,
        visitorId: person.visitor.visitorId,
        customerId: person.visitor.customerId,
        kind: CAMPAIGN_KIND,
        runId: null,
        step: null,
        campaignId: campaign.id,
        isTransactional,
        locale: composed.locale,
        message: composed.message,
        targetUrl: composed.targetUrl,
        discountCode: null,
        cartToken: null,
        checkoutToken: null,
        createdAt: this.#now,
      },
      delivery: {
        id: randomId(),
        shop,
        notificationId,
        subscriptionId: device.id,
        visitorId: device.visitorId,
        // Two notices are two messages; two offers are one.
        pushTopic: isTransactional ? campaign.id : MARKETING_TOPIC,
        urgency,
        ttlSeconds,
        deadlineAt: new Date(this.#machineNow.getTime() + ttlSeconds * 1_000),
        createdAt: this.#now,
      },
    });
    if (handsOver) {
      const untilMachineMs = this.#machineNow.getTime() + whole * 1_000;
      const payload = { shop, notificationId, untilMachineMs };
      this.#plan.jobs.push(handOverJob(payload, isTransactional, this.#clock.afterMachineMs(ttlSeconds * 1_000)));
    }
    this.#write(person, "sent", "due", {}, { notificationId, subscriptionId: device.id });
  }

  #compose({ visitor, firstName }: CampaignPerson, device: CampaignDevice, tag: string): Composed {
    const { shop } = this.#page;
    return compose({
      kind: CAMPAIGN_KIND,
      texts: this.#request.texts,
      plainTexts: null,
      facts: {
        shop_name: shop.name || shop.shop.split(".")[0] || null,
        first_name: firstName,
        city: device.city ?? visitor.city,
        country: device.country ?? visitor.country,
      },
      wishedLocales: [device.locale, visitor.locale, shop.settings.defaultLocale, shop.primaryLocale],
      timezone: device.timezone ?? visitor.timezone ?? shop.timezone,
      target: "/",
      image: null,
      icon: shop.settings.iconUrl,
      tag,
      renotify: false,
    });
  }

  #drop(person: CampaignPerson, reason: LedgerReason, values: Record<string, unknown>): void {
    this.#plan.dropped += 1;
    this.#write(person, "dropped", reason, values, null);
  }

  #write(
    person: CampaignPerson,
    verdict: LedgerEntry["verdict"],
    reason: LedgerReason,
    values: Record<string, unknown>,
    sent: { notificationId: string; subscriptionId: string } | null,
  ): void {
    const { id, shop } = this.#page.campaign;
    this.#plan.ledger.push({
      shop,
      at: this.#now,
      visitorId: person.visitor.visitorId,
      subscriptionId: sent?.subscriptionId ?? person.subscriptionId,
      runId: null,
      journey: CAMPAIGN_KIND,
      step: null,
      verdict,
      reason,
      values: { ...values, campaign: id },
      notificationId: sent?.notificationId ?? null,
    });
  }
}

function randomId(): string {
  return randomBytes(12).toString("base64url");
}
