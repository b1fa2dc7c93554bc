import { randomUUID } from "node:crypto";
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Variant } from "../../simulator/state.ts";
import { openProofShop, openPushService } from "./proof-shop.ts";
import type { ProofPushService, ProofShop, Shopper, Shown } from "./proof-shop.ts";
import { STORIES } from "./stories.ts";
import type { Scene } from "./stories.ts";

// Every kind of journey, from what Shopify, the shopper's pages and the merchant's system sign and send, to what the
// shopper's browser decrypts. Each is played for a crowd at once, across the end of daylight saving time in Europe, and in
// between something happens to each of them.

/** Half an hour before clocks go back in Berlin. */
const START = new Date("2026-10-25T00:30:00Z");
const MINUTE = 60_000;
const ARABIC = /[\u0600-\u06ff]/;

type Part =
  | "plain"
  | "twice"
  | "reversed"
  | "arabic"
  | "yen"
  | "returned"
  | "boughtElsewhere"
  | "soldOut"
  | "priceChanged"
  | "uninstalled";
type Told = "once" | "twice" | "reversed";

let pushService: ProofPushService;
beforeAll(async () => {
  pushService = await openPushService();
});
afterAll(() => pushService.service.close());

describe.each(STORIES.map((story) => [story.kind, story] as const))("%s", (_kind, story) => {
  let shop: ProofShop;
  const scenes = new Map<Part, Scene>();
  const began = new Map<Part, Date>();

  beforeAll(async () => {
    shop = await openProofShop(pushService, {
      start: new Date(START.getTime() - (story.leadMs ?? 0)),
      settings: story.settings,
    });
    await shop.disable("welcome", "cart_recovery", "checkout_recovery", "back_in_stock", "shipping");
    await shop.enable(story.kind, story.change);
    await shop.settle();
    const parts: Part[] = ["plain", "arabic", "yen"];
    if (!story.beginsBySubscribing) parts.push("twice", "reversed");
    if (story.returned) parts.push("returned");
    if (story.boughtElsewhere) parts.push("boughtElsewhere");
    if (story.soldOut) parts.push("soldOut");
    if (story.namesPrice) parts.push("priceChanged");
    const variants = pickVariants(shop, parts.length + 1);
    const isAtOnce = story.firstMs === 0 && !story.localHour;

    for (const part of parts) {
      if (story.beginsBySubscribing) began.set(part, shop.clock.now());
      scenes.set(part, await sceneFor(part, variants.shift()!));
    }
    if (story.leadMs) {
      for (const scene of scenes.values()) await story.before?.(scene);
      await shop.pass(story.leadMs);
    } else {
      for (const scene of scenes.values()) await story.before?.(scene);
      await shop.pass(5 * MINUTE);
    }
    await story.beginsForAll?.(shop);
    for (const [part, scene] of scenes) {
      if (!story.beginsBySubscribing) began.set(part, shop.clock.now());
      const sent = shop.webhooksSent();
      await story.begins(scene);
      if (part === "twice") await shop.repeatWebhooks(sent);
    }

    const half = Math.floor(story.firstMs / 2);
    await shop.pass(half);
    if (!isAtOnce) for (const [part, scene] of scenes) await happenBetween(part, scene);
    await shop.pass(story.horizonMs - half);

    // At the very end, because it ends the shop for everybody.
    if (!isAtOnce) {
      const scene = await sceneFor("uninstalled", variants.shift()!);
      await story.before?.(scene);
      if (story.leadMs) await shop.pass(story.leadMs);
      await story.begins(scene);
      await shop.pass(half);
      await shop.simulate("uninstall", {});
      await shop.settle();
      await shop.pass(story.horizonMs);
      scenes.set("uninstalled", scene);
    }
  }, 120_000);
  afterAll(() => shop?.close());

  async function sceneFor(part: Part, variant: Variant): Promise<Scene> {
    const isCustomer = story.isSignedIn || part === "boughtElsewhere";
    const customerId = isCustomer ? await newCustomer(shop) : null;
    const who = await shop.shopper({
      customerId,
      timezone: "Europe/Berlin",
      locale: part === "arabic" ? "ar" : "en",
      country: part === "yen" ? "JP" : "US",
    });
    const told: Told = part === "twice" || part === "reversed" ? part : "once";
    return { shop, who, variant, currency: part === "yen" ? "JPY" : "USD", ...tellers(shop, who, told) };
  }

  async function happenBetween(part: Part, { who, variant }: Scene) {
    switch (part) {
      case "returned":
        await who.tell("returned");
        await who.tell("page_viewed", { path: "/" });
        await who.tell("left");
        return;
      case "boughtElsewhere": {
        const other = await shop.shopper({ customerId: who.customerId });
        await shop.buy(other, [variant]);
        return;
      }
      case "soldOut":
        return shop.stock(variant, 0);
      case "priceChanged":
        return shop.price(variant, "12.34");
    }
  }

  const shownTo = (part: Part): Shown[] =>
    (scenes.get(part)?.who.shown ?? []).filter(({ data }) => data.kind === story.kind);
  const titleOf = (part: Part) => shop.productData(scenes.get(part)!.variant).title;

  test("reaches the shopper's browser at its time, across a change of the clocks, true and whole", () => {
    const [first] = shownTo("plain");
    const says = new RegExp(story.says.source.replace("PRODUCT", escape(titleOf("plain"))));
    expect(first?.title).toMatch(says);
    expect(first).toMatchObject({ lang: "en", dir: "ltr", data: { kind: story.kind } });
    const url = new URL(first?.data.url ?? "");
    const isOwn = url.origin === shop.sim.origin;
    expect(isOwn ? url.pathname + url.search : url.href).toMatch(story.leadsTo);
    expectNoHoles(first);
    if (story.localHour === undefined) {
      const due = (began.get("plain")?.getTime() ?? 0) + story.firstMs;
      expect(Math.abs((first?.shownAt.getTime() ?? 0) - due)).toBeLessThanOrEqual(2_000);
    } else {
      const there = DateTime.fromJSDate(first?.shownAt ?? new Date(0), { zone: "Europe/Berlin" });
      expect(there.toFormat("HH:mm")).toBe(`${String(story.localHour).padStart(2, "0")}:00`);
    }
    expect(first?.data.code !== null).toBe(story.hasCode ?? false);
  });

  test("is told as often as the journey says, and never again", () => {
    expect(shownTo("plain").map(({ title }) => title)).toHaveLength(story.total);
  });

  test("names only codes that Shopify takes until the message is gone", () => {
    const named = [...scenes.values()].flatMap(({ who }) =>
      who.shown.filter(({ data }) => data.code !== null).map((message) => ({ who, ...message })),
    );
    for (const { shownAt, ttl, codeEndsAt } of named) {
      expect(codeEndsAt?.getTime()).toBeGreaterThanOrEqual(shownAt.getTime() + ttl * 1_000);
    }
    const takers = new Map<string | null, Set<Shopper>>();
    for (const { who, data } of named) takers.set(data.code, (takers.get(data.code) ?? new Set()).add(who));
    expect([...takers.values()].every((people) => people.size === 1)).toBe(true);
    expect(named.length > 0).toBe(story.hasCode || story.total > 1);
  });

  test("speaks Arabic from right to left", () => {
    const [first] = shownTo("arabic");
    expect(first).toMatchObject({ lang: "ar", dir: "rtl" });
    expect(first?.title).toMatch(ARABIC);
    // An article or a product may have a name in one language only.
    if (story.kind !== "new_article") expect(first?.body).toMatch(ARABIC);
    expectNoHoles(first);
  });

  test("writes yen as yen to who shops in yen", () => {
    const [first] = shownTo("yen");
    expect(first).toBeDefined();
    const text = `${first?.title} ${first?.body}`;
    expectNoHoles(first);
    if (/free_shipping_gap|cart_recovery|exit_offer/.test(story.kind)) expect(text).not.toMatch(/\$|\.\d\d\b/);
  });

  test.runIf(!story.beginsBySubscribing)(
    "comes once for what is told twice, and the same for what is told in another order",
    () => {
      for (const part of ["twice", "reversed"] as const) {
        expect(shownTo(part)).toHaveLength(story.total);
        const delay = (one: Part) => (shownTo(one)[0]?.shownAt.getTime() ?? 0) - (began.get(one)?.getTime() ?? 0);
        expect(Math.abs(delay(part) - delay("plain"))).toBeLessThanOrEqual(60_000);
      }
    },
  );

  test.runIf(story.returned)("counts anew, or not, when the shopper returns in between", () => {
    expectFate("returned", story.returned ?? "same");
  });
  test.runIf(story.boughtElsewhere)("knows what was bought on another device", () => {
    expectFate("boughtElsewhere", story.boughtElsewhere ?? "never");
  });
  test.runIf(story.soldOut)("does not offer what was sold out in between", () => {
    expectFate("soldOut", story.soldOut ?? "never");
  });
  test.runIf(story.namesPrice)("names the price of the moment, not the one that was", () => {
    const [first] = shownTo("priceChanged");
    expect(`${first?.title} ${first?.body}`).toContain("$12.34");
  });
  test.runIf(story.firstMs > 0)("is silent once the shop has removed the app", () => {
    expect(shownTo("uninstalled")).toEqual([]);
  });
  test("writes nothing that an operator would have to look at", () => {
    expect(shop.logged()).toBe("");
  });

  function expectFate(part: Part, fate: "same" | "later" | "never") {
    const delay = (one: Part) => (shownTo(one)[0]?.shownAt.getTime() ?? NaN) - (began.get(one)?.getTime() ?? 0);
    if (fate === "never") expect(shownTo(part).map(({ title }) => title)).toEqual([]);
    else if (fate === "same") expect(Math.abs(delay(part) - delay("plain"))).toBeLessThanOrEqual(60_000);
    else expect(delay(part)).toBeGreaterThan(delay("plain") + 1_000);
  }
});

function tellers(shop: ProofShop, who: Shopper, told: Told): Pick<Scene, "tell" | "track"> {
  let batch = 0;
  return {
    async tell(...events) {
      batch += 1;
      const now = shop.clock.now().getTime();
      const dated = events.map(([type, data], index) => ({
        type,
        data,
        at: new Date(now - (events.length - 1 - index) * 1_000),
        id: `${batch}-${index}`,
      }));
      const order = told === "reversed" ? dated.toReversed() : told === "twice" ? [...dated, ...dated] : dated;
      for (const { type, data, at, id } of order) await who.tell(type, data, { at, id });
    },
    async track(event) {
      const body = { id: randomUUID(), ...event };
      for (let time = 0; time < (told === "twice" ? 2 : 1); time += 1) {
        const { status, json } = await shop.api("POST", "events", body);
        if (status >= 300) throw new Error(`events answered ${status}: ${JSON.stringify(json)}`);
      }
      await shop.settle();
    },
  };
}

/** Variants of as many products, with pieces in stock. */
function pickVariants(shop: ProofShop, count: number): Variant[] {
  const picked = new Map<string, Variant>();
  for (const variant of shop.sim.state.variants.values()) {
    const pieces = [...variant.available.values()].reduce((sum, one) => sum + one, 0);
    const isPlain = variant.compareAtPrice === null && variant.price > 2_000;
    if (pieces >= 3 && isPlain && !picked.has(variant.productId)) picked.set(variant.productId, variant);
    if (picked.size === count) break;
  }
  return [...picked.values()];
}

async function newCustomer(shop: ProofShop): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const customer = await shop.simulate("customers", { firstName: "Ada", email });
  await shop.settle();
  return String(customer["id"]);
}

function expectNoHoles(message: Shown | undefined) {
  expect(message).toBeDefined();
  for (const text of [message?.title ?? "", message?.body ?? ""]) {
    expect(text).not.toMatch(/\{\{|\}\}|\{%|undefined|null|NaN|\s{2}|^\s|\s$|^$|: ?\.|\(\)/);
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
