import type { Clock } from "../clock.server.ts";
import type { Composed } from "../composer/compose.server.ts";
import { CAMPAIGN_PRIORITY, capVerdict, outrankedVerdict } from "../journeys/caps.ts";
import { DAY_MS } from "../journeys/duration.ts";
import { MARKETING_SLOT } from "../journeys/kinds/kind.ts";
import type { LedgerEntry, LedgerReason } from "../journeys/ledger-store.ts";
import { composeFor, newMessageId, outgoingMessage } from "../journeys/outgoing-message.ts";
import { reachableSubscriptions, whyNotReachable } from "../journeys/permission.ts";
import { endOfQuietHours } from "../journeys/quiet-hours.ts";
import { advanceCampaignJob, CAMPAIGN_KIND, campaignRequestSchema, sendCampaignPageJob } from "./campaign.ts";
import type { CampaignRequest } from "./campaign.ts";
import type { CampaignDevice, CampaignPage, CampaignPerson, PagePlan } from "./campaign-store.ts";

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
  /** Later than this nobody is told any more. */
  readonly #lastMoment: Date;
  readonly #quietUntil = new Map<string, Date | null>();
  readonly #plan: PagePlan = { sent: [], delayed: [], dropped: 0, ledger: [], jobs: [] };

  constructor(page: CampaignPage, clock: Clocks) {
    this.#page = page;
    this.#clock = clock;
    this.#now = clock.now();
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
    const { marketingSent, waiting } = person;
    const cap =
      capVerdict(settings.caps, marketingSent, this.#now) ??
      outrankedVerdict(settings.caps, marketingSent, CAMPAIGN_PRIORITY, waiting, this.#now);
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
    const id = newMessageId();
    let composed: Composed;
    try {
      composed = this.#compose(person, device, id);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#drop(person, "broken_text", { message });
    }

    const { campaign } = this.#page;
    const { transactional: isTransactional, ttlSeconds, urgency } = this.#request;
    const { notification, delivery, handOver } = outgoingMessage(
      {
        id,
        shop: campaign.shop,
        visitorId: person.visitor.visitorId,
        customerId: person.visitor.customerId,
        kind: CAMPAIGN_KIND,
        campaignId: campaign.id,
        isTransactional,
        composed,
        devices: [device, ...others],
        // Two notices are two messages; two offers are one.
        pushTopic: isTransactional ? campaign.id : MARKETING_SLOT,
        urgency,
        ttlSeconds,
      },
      this.#clock,
      this.#now,
    );
    this.#plan.sent.push({ notification, delivery });
    if (handOver) this.#plan.jobs.push(handOver);
    this.#write(person, "sent", "due", {}, { notificationId: id, subscriptionId: device.id });
  }

  #compose({ visitor, firstName }: CampaignPerson, device: CampaignDevice, tag: string): Composed {
    return composeFor(
      { shop: this.#page.shop, visitor, firstName, device },
      { kind: CAMPAIGN_KIND, texts: this.#request.texts, tag },
    );
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
