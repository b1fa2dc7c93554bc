import { describe, expect, test } from "vitest";
import { advanceCampaignJob } from "../../campaigns/campaign.ts";
import type { CampaignPage, PagePlan } from "../../campaigns/campaign-store.ts";
import type { CreateStore } from "../conformance.ts";
import type { Store } from "../store.ts";

const SHOP = "one.myshopify.com";
const OTHER = "two.myshopify.com";
const NOON = new Date("2026-11-02T12:00:00Z");
const TIMES = { now: NOON, machineNow: NOON };
const JOB = advanceCampaignJob(SHOP, "c1", NOON);

export function campaignStoreConformance(createStore: CreateStore): void {
  describe("campaigns", () => {
    test("an audience is read once, page by page, and its end is noticed", async () => {
      const store = await createStore();
      await setUp(store, 5);

      const pages: string[][] = [];
      const read = async () =>
        store.campaigns.advance(SHOP, "c1", NOON, 2, (page) => {
          pages.push(page.people.map(({ visitor }) => visitor.visitorId));
          return dropAll(page);
        });
      const results = [];
      for (let turn = 0; turn < 5; turn += 1) results.push((await read()).type);

      expect(results).toEqual(["wrote", "wrote", "wrote", "over", "over"]);
      expect(pages.flat().toSorted()).toEqual(["v0", "v1", "v2", "v3", "v4"]);
      expect(await store.campaigns.get(SHOP, "c1")).toMatchObject({
        state: "done",
        decided: 5,
        counts: { dropped: 5 },
      });
    });

    test("a page that fails leaves nothing behind and is read again", async () => {
      const store = await createStore();
      await setUp(store, 3);

      const fails = store.campaigns.advance(SHOP, "c1", NOON, 2, () => {
        throw new Error("no");
      });
      await expect(fails).rejects.toThrow("no");

      let people = 0;
      await store.campaigns.advance(SHOP, "c1", NOON, 10, (page) => {
        people = page.people.length;
        return dropAll(page);
      });
      expect(people).toBe(3);
    });

    test("who waits comes again when due, and not before", async () => {
      const store = await createStore();
      await setUp(store, 1);
      const until = new Date(NOON.getTime() + 60_000);
      await store.campaigns.advance(SHOP, "c1", NOON, 10, ({ people }) => ({
        ...NOTHING,
        delayed: people.map(({ visitor, subscriptionId }) => ({ visitorId: visitor.visitorId, subscriptionId, until })),
      }));

      expect(await store.campaigns.advance(SHOP, "c1", NOON, 10, dropAll)).toEqual({ type: "wait", until });
      expect(await store.campaigns.get(SHOP, "c1")).toMatchObject({ state: "sending", counts: { queued: 1 } });
      expect((await store.campaigns.advance(SHOP, "c1", until, 10, dropAll)).type).toBe("wrote");
      expect((await store.campaigns.advance(SHOP, "c1", until, 10, dropAll)).type).toBe("over");
    });

    test("a paused or stopped campaign is not advanced, and what is over stays so", async () => {
      const store = await createStore();
      await setUp(store, 1);
      const change = (verb: "pause" | "resume" | "stop") => store.campaigns.change(SHOP, "c1", verb, TIMES, JOB);

      expect([await change("resume"), await change("pause"), await change("pause")]).toEqual([
        "unchanged",
        "changed",
        "unchanged",
      ]);
      expect((await store.campaigns.advance(SHOP, "c1", NOON, 10, dropAll)).type).toBe("over");
      expect([await change("resume"), await change("stop"), await change("stop"), await change("pause")]).toEqual([
        "changed",
        "changed",
        "unchanged",
        "refused",
      ]);
    });

    test("another shop sees, changes, advances and counts nothing", async () => {
      const store = await createStore();
      await setUp(store, 2);

      expect(await store.campaigns.get(OTHER, "c1")).toBeNull();
      expect(await store.campaigns.list(OTHER, null, 10)).toEqual({ rows: [], hasMore: false });
      expect(await store.campaigns.change(OTHER, "c1", "stop", TIMES, JOB)).toBeNull();
      expect((await store.campaigns.advance(OTHER, "c1", NOON, 10, dropAll)).type).toBe("over");
      expect(await store.campaigns.countReach(OTHER, { all: true }, "", 10)).toEqual({ people: 0, next: null });
      expect(await store.campaigns.tags(OTHER, 10)).toEqual([]);
    });

    test("reach is counted part by part", async () => {
      const store = await createStore();
      await setUp(store, 3);

      const first = await store.campaigns.countReach(SHOP, { all: true }, "", 2);
      const second = await store.campaigns.countReach(SHOP, { all: true }, first.next ?? "", 2);

      expect([first.people, second]).toEqual([2, { people: 1, next: null }]);
      expect((await store.campaigns.countReach(SHOP, { tag: "vip" }, "", 10)).people).toBe(0);
    });
  });
}

const NOTHING: PagePlan = { sent: [], delayed: [], dropped: 0, ledger: [], jobs: [] };

function dropAll({ people }: CampaignPage): PagePlan {
  return { ...NOTHING, dropped: people.length };
}

async function setUp(store: Store, people: number) {
  await store.shops.install(SHOP, [], NOON);
  await store.vapidKeys.ensure(SHOP, { publicKey: "public", privateKey: "encrypted" }, NOON);
  for (let index = 0; index < people; index += 1) await subscribe(store, `v${index}`);
  await store.campaigns.create(
    {
      id: "c1",
      shop: SHOP,
      state: "sending",
      audience: { all: true },
      request: { transactional: false },
      dueAt: NOON,
      createdAt: NOON,
      audienceSize: people,
    },
    JOB,
  );
}

async function subscribe(store: Store, visitorId: string) {
  const incoming = {
    visitorId,
    endpoint: `https://push.example.com/${visitorId}`,
    p256dh: "p256dh",
    auth: "auth",
    isQuiet: false,
    vapidPublicKey: "public",
    pushService: "push.example.com",
    origin: "https://shop.example.com",
    proxyPath: "/apps/beckon",
    browser: null,
    os: null,
    deviceType: null,
    locale: null,
    timezone: null,
    country: null,
    city: null,
    source: null,
    page: null,
    promptVariant: null,
    consent: { marketing: true, text: null, at: NOON },
  };
  await store.subscriptions.subscribe(SHOP, incoming, NOON, () => []);
}
