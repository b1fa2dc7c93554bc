import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { CDPSession, Page, WebWorker } from "puppeteer-core";
import type { TestBrowser } from "./storefront/test-browser.ts";
import { findChromium, launchChromium, until } from "./storefront/test-browser.ts";
import type { TestShop } from "./storefront/test-shop.ts";
import { startTestShop } from "./storefront/test-shop.ts";

// The service worker in a real Chromium, pushes handed to it by the browser:
//   node tests/browser/storefront-worker.ts
// Clicks on the desktop's own notifications belong to the test of the whole loop; here their events are made.

const chromium = findChromium();
const skip = chromium || process.env["CI"] ? false : "no Chromium here: apt-get install chromium";

type Shown = {
  title: string;
  options: NotificationOptions & { renotify?: boolean; actions?: object[]; navigate?: string };
};
type Receipt = { v: number; token: string; type: string; action: string | null; at: string; sentAt: string };

describe("the service worker in Chromium", { skip, concurrency: false, timeout: 120_000 }, () => {
  let shop: TestShop;
  let chrome: TestBrowser;
  let page: Page;
  let cdp: CDPSession;
  let worker: WebWorker;
  let registrationId: string;
  let number = 0;

  before(async () => {
    assert.ok(chromium, "no Chromium here: apt-get install chromium");
    shop = await startTestShop();
    chrome = await launchChromium(chromium);
    page = await chrome.browser.newPage();
    cdp = await page.createCDPSession();
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      registrationId = registrations[0]?.registrationId ?? registrationId;
    });
    await cdp.send("ServiceWorker.enable");
    await page.goto(shop.origin);
    await page.waitForFunction(() => !!window.Beckon);
    await page.evaluate(async () => (await window.Beckon.load("subscribe")).prepare());
    worker = (await (await chrome.browser.waitForTarget((target) => target.type() === "service_worker")).worker())!;
    await worker.evaluate(() => {
      const scope = globalThis as never as {
        shown: unknown[];
        opened: string[];
        registration: ServiceWorkerRegistration;
        clients: { openWindow(url: string): Promise<null> };
      };
      scope.shown = [];
      scope.opened = [];
      const show = scope.registration.showNotification.bind(scope.registration);
      scope.registration.showNotification = async (title, options) => {
        await show(title, options);
        scope.shown.push(JSON.parse(JSON.stringify({ title, options })));
      };
      scope.clients.openWindow = (url) => {
        scope.opened.push(url);
        return Promise.resolve(null);
      };
    });
    // The shop is out of sight, unless a test brings it back.
    const other = await chrome.browser.newPage();
    await other.bringToFront();
  });
  after(async () => {
    await chrome?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    shop.reset();
    await worker.evaluate(() => {
      Object.assign(globalThis, { shown: [], opened: [] });
    });
  });

  const deliver = (data: string) =>
    cdp.send("ServiceWorker.deliverPushMessage", { origin: shop.origin, registrationId, data });
  const shown = () => worker.evaluate(() => (globalThis as never as { shown: unknown[] }).shown) as Promise<Shown[]>;
  const receipts = () => shop.posted("/receipts") as unknown as Receipt[];
  const push = (more: object = {}, data: object = {}) => {
    const id = `n${++number}`;
    const url = `${shop.origin}/products/apron`;
    const notification = {
      title: "Your apron is waiting",
      body: "It is still in your cart.",
      navigate: `${shop.origin}/apps/beckon/go/${id}`,
      tag: id,
      renotify: true,
      lang: "en",
      dir: "ltr",
      data: { token: `token-${id}`, id, kind: "cart_recovery", url, code: null, ...data },
      ...more,
    };
    return { id, text: JSON.stringify({ notification }) };
  };
  const fire = (type: "notificationclick" | "notificationclose", data: object, action = "") =>
    worker.evaluate(
      async (name, given, button) => {
        const work: Promise<unknown>[] = [];
        const event = Object.assign(new Event(name), {
          notification: { data: given, close() {} },
          action: button,
          waitUntil: (promise: Promise<unknown>) => void work.push(promise),
        });
        globalThis.dispatchEvent(event);
        await Promise.all(work);
      },
      type,
      data,
      action,
    );

  test("shows a push with all it carries and reports it, once", async () => {
    const { id, text } = push({
      actions: [{ action: "cart", title: "To the cart", navigate: `${shop.origin}/apps/beckon/go/a` }],
    });

    await deliver(text);
    await until("the receipt", () => receipts().length === 1);

    const [{ title, options }] = (await shown()) as [Shown];
    assert.equal(title, "Your apron is waiting");
    assert.equal(options.body, "It is still in your cart.");
    assert.equal(options.tag, id);
    assert.equal(options.renotify, true);
    assert.equal(options.navigate, undefined, "a browser that follows it would tell of no click");
    assert.deepEqual(options.actions, [{ action: "cart", title: "To the cart" }]);
    assert.deepEqual((options.data as { actions: object }).actions, { cart: `${shop.origin}/apps/beckon/go/a` });
    const [receipt] = receipts();
    assert.deepEqual(Object.keys(receipt!), ["v", "token", "type", "action", "at", "sentAt"]);
    assert.equal(receipt!.token, `token-${id}`);
    assert.equal(receipt!.type, "shown");
  });

  test("brings an id that comes again under its tag, without a sound, and reports nothing new", async () => {
    const { text } = push();
    await deliver(text);
    await until("the receipt", () => receipts().length === 1);

    await deliver(text);
    await until("both", async () => (await shown()).length === 2);

    const [first, second] = await shown();
    assert.equal(second!.options.tag, first!.options.tag);
    assert.equal(second!.options.silent, true);
    assert.equal(second!.options.renotify, false);
    await deliver(push().text);
    await until("a later receipt", () => receipts().length === 2);
  });

  for (const [what, text, title] of [
    ["nothing", "", "127.0.0.1"],
    ["no JSON", "}{", "127.0.0.1"],
    ["JSON of another shape", '{"notification":null}', "127.0.0.1"],
    ["wrong types", '{"notification":{"title":"T","actions":7,"data":{"id":{},"token":null}}}', "T"],
    ["an option that the browser refuses", '{"notification":{"title":"T","dir":"sideways"}}', "T"],
    ["a title alone", '{"notification":{"title":"T"}}', "T"],
  ] as const) {
    test(`shows something when ${what} has arrived`, async () => {
      await deliver(text);

      await until("a notification", async () => (await shown()).length === 1);
      assert.equal((await shown())[0]!.title, title);
    });
  }

  test("shows no marketing to who is looking at the shop, and says so; what was asked for it shows", async () => {
    await page.bringToFront();
    await deliver(push().text);
    await until("the receipt", () => receipts().length === 1);
    assert.equal(receipts()[0]!.type, "suppressed");
    assert.deepEqual(await shown(), []);

    await deliver(push({}, { kind: "shipping" }).text);
    await until("the notification", async () => (await shown()).length === 1);

    await (await chrome.browser.newPage()).bringToFront();
  });

  test("a click opens the target and is reported; so is a button, with its name and its own link", async () => {
    const data = {
      token: "t",
      url: `${shop.origin}/discount/BACK?redirect=/cart`,
      actions: { later: "https://x/apps/beckon/go/l" },
    };

    await fire("notificationclick", data);
    await fire("notificationclick", data, "later");
    await until("the receipts", () => receipts().length === 2);

    assert.deepEqual(await worker.evaluate(() => (globalThis as never as { opened: string[] }).opened), [
      data.url,
      data.actions.later,
    ]);
    assert.deepEqual(
      receipts().map(({ type, action }) => [type, action]),
      [
        ["clicked", null],
        ["clicked", "later"],
      ],
    );
  });

  test("a notification that is wiped away is reported", async () => {
    await fire("notificationclose", { token: "t" });
    await until("the receipt", () => receipts().length === 1);
    assert.equal(receipts()[0]!.type, "dismissed");
  });

  test("receipts that found no network are kept and sent with the next one", async () => {
    await worker.evaluate(() => {
      const scope = globalThis as never as { fetch: typeof fetch; online: typeof fetch };
      scope.online = scope.fetch;
      scope.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
    });
    await fire("notificationclick", { token: "lost-1", url: shop.origin });
    await fire("notificationclose", { token: "lost-2" });
    assert.equal(receipts().length, 0);

    await worker.evaluate(() => {
      const scope = globalThis as never as { fetch: typeof fetch; online: typeof fetch };
      scope.fetch = scope.online;
    });
    const { id, text } = push();
    await deliver(text);
    await until("all three", () => receipts().length === 3);

    assert.deepEqual(
      new Set(receipts().map(({ token, type }) => `${token} ${type}`)),
      new Set([`token-${id} shown`, "lost-1 clicked", "lost-2 dismissed"]),
    );
    const { at, sentAt } = receipts().find(({ token }) => token === "lost-1")!;
    assert.ok(at < sentAt, "dated when it happened");
  });

  test("a subscription that the browser has replaced is told by the worker itself", async () => {
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open("beckon", 1);
          opening.addEventListener("success", () => {
            const transaction = opening.result.transaction("settings", "readwrite");
            const settings = {
              vapidPublicKey: "k",
              visitorId: "visitor-1",
              shop: "Fern & Flax",
              locale: "tr",
              marketing: true,
            };
            transaction.objectStore("settings").put(settings, "settings");
            transaction.addEventListener("complete", () => {
              opening.result.close();
              resolve();
            });
          });
        }),
    );
    await worker.evaluate(async () => {
      const work: Promise<unknown>[] = [];
      const subscription = (name: string) => ({
        endpoint: `https://fcm.googleapis.com/${name}`,
        options: {},
        toJSON: () => ({ endpoint: name }),
      });
      const event = Object.assign(new Event("pushsubscriptionchange"), {
        oldSubscription: subscription("old"),
        newSubscription: subscription("new"),
        waitUntil: (promise: Promise<unknown>) => void work.push(promise),
      });
      globalThis.dispatchEvent(event);
      await Promise.all(work);
    });

    const [body] = shop.posted("/subscriptions");
    assert.deepEqual(body!["subscription"], { endpoint: "new" });
    assert.equal(body!["visitorId"], "visitor-1");
    assert.equal((body!["consent"] as { marketing: boolean }).marketing, true);
    assert.deepEqual(shop.posted("/subscriptions/delete"), [{ endpoint: "https://fcm.googleapis.com/old" }]);

    await deliver("");
    await until("a notification in the shop's name", async () => (await shown()).length === 1);
    assert.equal((await shown())[0]!.title, "Fern & Flax");
    assert.match((await shown())[0]!.options.body!, /haber/);
  });
});
