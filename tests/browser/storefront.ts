import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { BrowserContext, Page } from "puppeteer-core";
import type { TestBrowser } from "./storefront/test-browser.ts";
import { findChromium, launchChromium, openPage, until } from "./storefront/test-browser.ts";
import type { TestShop } from "./storefront/test-shop.ts";
import { startTestShop } from "./storefront/test-shop.ts";

// The storefront's scripts in a real Chromium, on a page with the real extension files:
//   node tests/browser/storefront.ts

const chromium = findChromium();
const skip = chromium || process.env["CI"] ? false : "no Chromium here: apt-get install chromium";

const NEVER = { enabled: true, afterSeconds: null, afterPageViews: null, afterAddToCart: false };
const AT_ONCE = { desktop: { ...NEVER, afterSeconds: 1 }, mobile: { ...NEVER, afterSeconds: 1 } };
const QUIET = { desktop: NEVER, mobile: NEVER };

describe("the storefront in Chromium", { skip, concurrency: false, timeout: 300_000 }, () => {
  let shop: TestShop;
  let chrome: TestBrowser;
  let context: BrowserContext;
  const errors: string[] = [];

  before(async () => {
    assert.ok(chromium, "no Chromium here: apt-get install chromium");
    shop = await startTestShop();
    chrome = await launchChromium(chromium);
  });
  after(async () => {
    await chrome?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    shop.reset();
    shop.options.prompt = QUIET;
    context = await chrome.browser.createBrowserContext();
    errors.length = 0;
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(errors, [], "the page reported errors");
  });

  async function open(path: string, fakes: Parameters<typeof openPage>[1] = {}, width?: number): Promise<Page> {
    const page = await openPage(context, fakes, width);
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(shop.origin + path);
    return page;
  }
  const prompt = (page: Page) => page.waitForSelector("[data-beckon=prompt]", { visible: true, timeout: 6_000 });
  const inPrompt = (page: Page, name: string) => page.waitForSelector(`>>> [data-beckon=${name}]`);
  const focusTaken = (page: Page) =>
    page.waitForFunction(() => document.activeElement?.getAttribute("data-beckon") === "prompt");
  const started = (page: Page) => page.waitForFunction(() => window.Beckon?.allowed() !== undefined);
  /** Subscribed, with nothing on its way any more. */
  async function openSubscribed(path = "/products/apron"): Promise<Page> {
    const page = await open(path, { permission: "granted" });
    await until("the quiet subscription", () => shop.posted("/subscriptions").length === 1);
    await page.waitForFunction(() => !!window.Beckon.read().endpoint);
    return page;
  }
  /** Out of sight: another tab comes to the front. */
  async function leave(): Promise<Page> {
    const other = await context.newPage();
    await other.bringToFront();
    return other;
  }
  /** The pointer goes to the tabs. What notices that comes in a script of its own. */
  async function turnToLeave(page: Page): Promise<void> {
    await page.waitForFunction(() => window.Beckon.exit);
    await page.evaluate(() =>
      document.documentElement.dispatchEvent(new MouseEvent("mouseleave", { clientY: -1, relatedTarget: null })),
    );
  }
  const types = () => shop.events().map((event) => event.type);

  describe("the prompt", () => {
    test("appears by the merchant's rule and leads to a subscription, permission being asked for first", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron?utm_source=letter&utm_medium=mail");

      await prompt(page);
      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), [], "nothing is asked before the tap");
      await (await inPrompt(page, "accept"))!.click();
      await until("a subscription", () => shop.posted("/subscriptions").length === 1);

      const [body] = shop.posted("/subscriptions");
      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), ["requestPermission", "subscribe"]);
      assert.match(String(body!["visitorId"]), /^[A-Za-z0-9_-]{8,64}$/);
      assert.match(String(body!["linkId"]), /^[A-Za-z0-9_-]{8,64}$/);
      assert.notEqual(body!["linkId"], body!["visitorId"]);
      assert.deepEqual(body!["utm"], { source: "letter", medium: "mail" });
      assert.equal(body!["promptVariant"], "seconds");
      const consent = body!["consent"] as { marketing: boolean; text: string; at: string };
      assert.equal(consent.marketing, true);
      assert.match(consent.text, /offers/);
      assert.ok(!Number.isNaN(Date.parse(consent.at)));
      assert.deepEqual(types(), ["prompt_shown", "prompt_accepted"]);
      assert.equal(await page.$("[data-beckon=prompt]"), null);
    });

    test("is not shown in the theme editor, and the embed writes nothing there", async () => {
      shop.options.prompt = AT_ONCE;
      shop.options.designMode = true;
      const page = await open("/products/apron");

      assert.equal(await page.$("#beckon-data"), null);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_600)));

      assert.equal(await page.$("[data-beckon=prompt]"), null);
    });

    for (const consent of ["no", "absent"] as const) {
      test(`waits, and nothing is remembered, while consent is ${consent}`, async () => {
        shop.options.prompt = AT_ONCE;
        shop.options.consent = consent;
        const page = await open("/products/apron");

        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_600)));

        assert.equal(await page.$("[data-beckon=prompt]"), null);
        assert.deepEqual(await page.evaluate(() => window.Beckon.read().events ?? []), []);

        await page.evaluate(() =>
          document.dispatchEvent(new CustomEvent("visitorConsentCollected", { detail: { marketingAllowed: true } })),
        );
        await prompt(page);
      });
    }

    test("closes with Escape and gives the focus back; shown again only after the pause, and never too often", async () => {
      shop.options.prompt = { ...AT_ONCE, askAgainAfterDays: 7, maxAsks: 2 };
      const page = await open("/products/apron");
      await page.focus("#next");

      await prompt(page);
      await focusTaken(page);
      await page.keyboard.press("Escape");
      assert.equal(await page.$("[data-beckon=prompt]"), null);
      assert.equal(await page.evaluate(() => document.activeElement?.id), "next");

      await page.reload();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_600)));
      assert.equal(await page.$("[data-beckon=prompt]"), null, "the pause has not passed");

      const passDays = (days: number) =>
        page.evaluate((ms) => window.Beckon.save({ askedAt: Date.now() - ms }), days * 86_400_000);
      await passDays(8);
      await page.reload();
      await prompt(page);
      await passDays(8);
      await page.reload();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_600)));
      assert.equal(await page.$("[data-beckon=prompt]"), null, "two times are enough");
    });

    test("can be reached and answered with the keyboard alone, and lets the focus go on to the page", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron", { answer: "denied" });
      await prompt(page);
      await focusTaken(page);
      const focused = () =>
        page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute("data-beckon") ?? null);

      await page.keyboard.press("Tab");
      assert.equal(await focused(), "accept");
      await page.keyboard.press("Tab");
      assert.equal(await focused(), "dismiss");
      await page.keyboard.press("Tab");
      assert.equal(await focused(), null, "no trap");
      await page.keyboard.down("Shift");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.up("Shift");
      await page.keyboard.press("Enter");

      const kept = await page.evaluate(() => window.Beckon.read().events?.map((event) => event.type));
      assert.deepEqual(kept, ["prompt_shown", "prompt_accepted", "permission_denied"]);
      assert.equal(shop.posted("/subscriptions").length, 0);
    });

    test("leaves the focus with who is typing", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron");
      await page.type("#mail", "a@b");

      await prompt(page);
      await page.keyboard.type(".test");

      assert.equal(await page.$eval("#mail", (input) => (input as HTMLInputElement).value), "a@b.test");
    });

    test("waits while a modal dialog of the theme covers the page", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron");
      await page.evaluate(() => {
        const drawer = document.body.appendChild(document.createElement("dialog"));
        drawer.showModal();
      });
      await page.waitForFunction(() => window.Beckon?.prompt !== undefined, { timeout: 6_000 });
      assert.equal(await page.$("[data-beckon=prompt]"), null);

      await page.evaluate(() => document.querySelector("dialog")?.close());

      assert.ok(await prompt(page));
    });

    test("stays away where the browser's answer was no", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron", { permission: "denied" });

      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_600)));

      assert.equal(await page.$("[data-beckon=prompt]"), null);
    });

    test("follows each of the other rules", async () => {
      const rules = {
        scroll: [{ ...NEVER, afterScrollPercent: 50 }, (page: Page) => page.evaluate(() => scrollTo(0, 5_000))],
        add_to_cart: [{ ...NEVER, afterAddToCart: true }, (page: Page) => page.click("#add .button")],
        exit: [{ ...NEVER, onExitIntent: true }, turnToLeave],
        page_views: [{ ...NEVER, afterPageViews: 2 }, (page: Page) => page.reload()],
      } as const;
      for (const [variant, [desktop, act]] of Object.entries(rules)) {
        await context.close();
        context = await chrome.browser.createBrowserContext();
        shop.options.prompt = { desktop, mobile: NEVER };
        const page = await open("/products/apron");
        await started(page);
        assert.equal(await page.$("[data-beckon=prompt]"), null);

        await act(page);

        await prompt(page);
        const shown = await page.evaluate(() =>
          window.Beckon.read().events?.find((event) => event.type === "prompt_shown"),
        );
        assert.deepEqual(shown?.data, { variant });
      }
    });

    test("has rules of its own on a phone", async () => {
      shop.options.prompt = { desktop: NEVER, mobile: { ...NEVER, afterSeconds: 1 } };
      await prompt(await open("/products/apron", {}, 390));
    });

    test("moves nothing on the page, keeps still where motion is unwelcome, and reads from right to left in Arabic", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await openPage(context, {}, 390);
      await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
      await page.evaluateOnNewDocument(() => {
        const shifts: number[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(`${shop.origin}/ar/products/apron`);
      const element = (await prompt(page))!;

      const look = await element.evaluate((host) => ({
        direction: getComputedStyle(host).direction,
        animation: getComputedStyle(host).animationName,
        position: getComputedStyle(host).position,
        boxes: [...host.shadowRoot!.querySelectorAll("button")].map((button) =>
          button.getBoundingClientRect().toJSON(),
        ),
      }));
      assert.equal(look.direction, "rtl");
      assert.equal(look.animation, "none");
      assert.equal(look.position, "fixed");
      for (const box of look.boxes) assert.ok(box.height >= 44 && box.width >= 44, "a finger must hit it");
      assert.ok(look.boxes[0].x > look.boxes[1].x, "the first button stands at the right");
      assert.deepEqual(await page.evaluate(() => (window as never)["shifts"]), []);
    });

    test("passes axe in every language and both colour schemes", async () => {
      const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      for (const [path, theme, fakes] of [
        ["/products/apron", "light", {}],
        ["/ar/products/apron", "dark", {}],
        ["/tr/products/apron", "light", { iphone: true }],
      ] as const) {
        await context.close();
        context = await chrome.browser.createBrowserContext();
        Object.assign(shop.options, { prompt: AT_ONCE, theme });
        const page = await open(path, fakes, 390);
        await page.waitForSelector("[data-beckon=prompt],[data-beckon=install-sheet]", { visible: true });
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const { axe } = window as unknown as {
            axe: { run(scope: object): Promise<{ violations: { id: string }[] }> };
          };
          const { violations } = await axe.run({
            include: [["[data-beckon=prompt],[data-beckon=install-sheet],[data-beckon-block]"]],
          });
          return violations.map((violation) => violation.id);
        });
        assert.deepEqual(violations, []);
      }
    });
  });

  describe("on an iPhone", () => {
    test("the install sheet takes the prompt's place and links a manifest only then", async () => {
      shop.options.prompt = AT_ONCE;
      const page = await open("/products/apron", { iphone: true }, 390);
      assert.equal(await page.$("link[rel=manifest]"), null);

      await page.waitForSelector("[data-beckon=install-sheet]", { visible: true });

      assert.equal(
        await page.$eval("link[rel=manifest]", (link) => link.getAttribute("href")),
        "/apps/beckon/manifest.webmanifest",
      );
      await page.keyboard.press("Escape");
      assert.equal(await page.$("[data-beckon=install-sheet]"), null);
    });
  });

  describe("subscribing", () => {
    test("happens quietly where the permission is there already, and is refreshed once a visit", async () => {
      const page = await openSubscribed();
      assert.equal(await page.$("[data-beckon=prompt]"), null);
      assert.equal(shop.posted("/subscriptions")[0]!["quiet"], true);

      await page.reload();
      await started(page);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      assert.equal(shop.posted("/subscriptions").length, 1, "the same visit");
      const visit = await open("/", { permission: "granted" });
      await until("the next visit's refresh", () => shop.posted("/subscriptions").length === 2);

      const [first, second] = shop.posted("/subscriptions");
      assert.deepEqual(second!["subscription"], first!["subscription"]);
      assert.equal(second!["visitorId"], first!["visitorId"]);
      assert.deepEqual(await visit.evaluate(() => (window as never)["calls"]), []);
    });

    test("is done anew when the shop has another key", async () => {
      const page = await openSubscribed();
      shop.options.vapidPublicKey = shop.options.vapidPublicKey.replace("BA1", "BA2");

      await page.reload();
      await until("another subscription", () => shop.posted("/subscriptions").length === 2);

      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), ["unsubscribe", "subscribe"]);
      const [first, second] = shop.posted("/subscriptions");
      assert.notDeepEqual(second!["subscription"], first!["subscription"]);
    });

    test("is tried again at the next page when the app was away", async () => {
      shop.options.subscriptionStatus = 503;
      const page = await openPage(context, { permission: "granted" });
      await page.goto(`${shop.origin}/products/apron`);
      await until("a try", () => shop.posted("/subscriptions").length === 1);
      shop.options.subscriptionStatus = 201;

      await page.goto(`${shop.origin}/`);
      await until("a second try", () => shop.posted("/subscriptions").length === 2);
      await page.waitForFunction(() => !!window.Beckon.read().endpoint);
    });

    test("a quiet refresh and a tap at the same time get the same endpoint", async () => {
      const page = await open("/", { permission: "denied" });
      await page.waitForFunction(() => !!window.Beckon);
      await page.evaluate(async () => {
        const { subscribe } = await window.Beckon.load("subscribe");
        const consent = { marketing: true, at: new Date().toISOString() };
        await Promise.all([subscribe(consent, { quiet: true }), subscribe(consent)]);
      });

      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), ["subscribe"]);
      const [first, second] = shop.posted("/subscriptions");
      assert.deepEqual(second!["subscription"], first!["subscription"]);
    });

    test("is given back when its person has ended it elsewhere, and stays so", async () => {
      shop.options.subscriptionState = "ended";
      const page = await open("/", { permission: "granted" });
      await until("the answer", () => shop.posted("/subscriptions").length === 1);
      await page.waitForFunction(() => window.Beckon.read().off === true);
      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), ["subscribe", "unsubscribe"]);

      const visit = await open("/", { permission: "granted" });
      await started(visit);
      await visit.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
      assert.equal(shop.posted("/subscriptions").length, 1);
    });

    test("does not happen for who has switched notifications off here", async () => {
      const page = await open("/", { permission: "denied" });
      await started(page);
      await page.evaluate(() => window.Beckon.save({ off: true }));

      const granted = await open("/", { permission: "granted" });
      await started(granted);
      await granted.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));

      assert.equal(shop.posted("/subscriptions").length, 0);
    });
  });

  describe("what happens on the way", () => {
    test("is kept by who has not subscribed, the last 20, and comes with the subscription", async () => {
      const page = await open("/products/apron");
      await started(page);
      await page.click("#add .button");
      await page.waitForFunction(() => window.Beckon.read().events?.some((event) => event.type === "cart_updated"));
      await page.evaluate(() => {
        for (let i = 0; i < 30; i++) window.Beckon.track("custom", { name: `n${i}` }, true);
      });
      assert.equal(shop.posted("/events").length, 0, "nothing is sent");

      await page.evaluate(async () => {
        await Notification.requestPermission();
        await (await window.Beckon.load("subscribe")).subscribe({ marketing: true, at: new Date().toISOString() });
      });

      const [body] = shop.posted("/subscriptions");
      assert.equal((body!["events"] as unknown[]).length, 20);
      assert.deepEqual(await page.evaluate(() => window.Beckon.read().events), []);
    });

    test("a subscriber's cart change is sent at once, in minor units, without the cart's secret", async () => {
      const page = await openSubscribed();

      await page.click("#add .button");
      await until("the cart", () => shop.events().some((event) => event.type === "cart_updated"));

      const { data } = shop.events().find((event) => event.type === "cart_updated")!;
      assert.equal(data["cartToken"], "carttoken");
      assert.equal(data["total"], 1900);
      assert.equal(data["discounted"], false);
      assert.deepEqual((data["items"] as object[])[0], {
        productId: "1",
        variantId: "11",
        title: "Linen apron",
        variantTitle: "Sage",
        quantity: 1,
        price: 1900,
        image: `${shop.origin}/apron.png`,
        url: "/products/apron?variant=11",
        properties: null,
        sellingPlanId: null,
      });
      assert.ok(!JSON.stringify(shop.posted("/events")).includes("secret"));
    });

    test("a subscriber who turns to leave with a full cart is told of once, where a journey waits for that", async () => {
      shop.options.exitIntent = true;
      const page = await openSubscribed();
      await page.reload();
      await turnToLeave(page);
      await page.click("#add .button");
      await until("the cart", () => types().includes("cart_updated"));

      await turnToLeave(page);
      await turnToLeave(page);
      await leave();
      await until("the page's end", () => types().includes("left"));

      const told = shop.events().filter((event) => event.type === "custom");
      assert.deepEqual(
        told.map(({ data }) => data),
        [{ name: "exit_intent" }],
      );
    });

    test("on a phone, a flick back to the top says the same", async () => {
      shop.options.exitIntent = true;
      const page = await openSubscribed();
      await page.click("#add .button");
      await until("the cart", () => types().includes("cart_updated"));
      await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
      await page.reload();
      await page.waitForFunction(() => window.Beckon.exit);

      await page.evaluate(async () => {
        scrollTo(0, 3_000);
        await new Promise((resolve) => setTimeout(resolve, 400));
        scrollTo(0, 0);
      });
      await until("the turn", () => types().includes("custom"));
    });

    test("a cart is linked by one call, and linked again when a change has dropped the attribute", async () => {
      const page = await openSubscribed();
      await page.click("#add .button");
      const linkId = await until("the link", () => shop.cart.attributes["__beckon"]);
      assert.equal(linkId, shop.posted("/subscriptions")[0]!["linkId"]);
      assert.notEqual(linkId, shop.posted("/subscriptions")[0]!["visitorId"]);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 800)));
      assert.equal(shop.cart.updates, 1);

      shop.cart.attributes = {};
      await page.evaluate(() => fetch("/cart/change.js", { method: "POST", body: "{}" }));
      await until("the link again", () => shop.cart.attributes["__beckon"] === linkId);

      assert.equal(shop.cart.updates, 2);
    });

    test("a cart that changed between pages, by a plain form, is reported too", async () => {
      const page = await openSubscribed("/");
      shop.cart.lines.push({ id: 12, quantity: 2 });

      await page.reload();

      await until("the cart", () => shop.events().some((event) => event.type === "cart_updated"));
      await page.evaluate(() => fetch("/cart/clear.js", { method: "POST" }));
      await until("the empty cart", () =>
        shop.events().some((event) => event.type === "cart_updated" && !(event.data["items"] as unknown[]).length),
      );
    });

    test("one batch tells what the page was, and that the last tab went out of view; coming back is told at once", async () => {
      const page = await openSubscribed();
      const other = await leave();
      await until("the batch", () => types().includes("left"));

      assert.deepEqual(types(), ["page_viewed", "product_viewed", "left"]);
      assert.equal(shop.posted("/events").length, 1);
      const viewed = shop.events().find((event) => event.type === "product_viewed")!.data;
      assert.equal(viewed["price"], 1900);
      assert.equal(viewed["currency"], "USD");
      assert.deepEqual(viewed["collections"], ["kitchen"]);
      assert.equal(typeof viewed["seconds"], "number");

      await page.bringToFront();
      await until("the return", () => types().includes("returned"));
      await other.bringToFront();
      await until("leaving again", () => types().filter((type) => type === "left").length === 2);
      assert.equal(types().filter((type) => type === "page_viewed").length, 1, "a page is told of once");
    });

    test("a link inside the shop is not leaving, nor is the way to the checkout; closing the tab is", async () => {
      const page = await openSubscribed();
      await Promise.all([page.waitForNavigation(), page.click("#next")]);
      await until("the first page's batch", () => types().includes("page_viewed"));
      await started(page);
      assert.ok(!types().includes("left"));

      await Promise.all([page.waitForNavigation(), page.click("#checkout")]);
      await until("the intent", () => types().includes("checkout_intent"));
      assert.ok(!types().includes("left"));

      await page.goto(`${shop.origin}/`);
      await started(page);
      await page.close({ runBeforeUnload: true });
      await until("leaving", () => types().includes("left"));
    });

    test("with two tabs in view, only the last one to go is leaving", async () => {
      const first = await openSubscribed();
      // Two windows side by side: both in view.
      await first.evaluate(() =>
        window.Beckon.save({ tabs: [...(window.Beckon.read().tabs ?? []), ["other", Date.now()]] }),
      );
      await leave();
      await until("the batch", () => types().includes("page_viewed"));
      assert.ok(!types().includes("left"));
    });

    test("what could not be sent is kept and sent later", async () => {
      const page = await openSubscribed();
      shop.options.eventsStatus = 503;
      await page.click("#add .button");
      await until("a try", () => shop.posted("/events").length === 1);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
      const [lost] = await page.evaluate(() => window.Beckon.read().events ?? []);
      assert.equal(lost?.type, "cart_updated");

      shop.options.eventsStatus = 202;
      await leave();
      await until("the batch", () => shop.posted("/events").length === 2);

      assert.ok((shop.posted("/events")[1]!["events"] as { id: string }[]).some((event) => event.id === lost!.id));
    });

    test("withdrawn consent is told once, and what was gathered is dropped", async () => {
      const page = await openSubscribed();
      const withdraw = () =>
        page.evaluate(() =>
          document.dispatchEvent(new CustomEvent("visitorConsentCollected", { detail: { marketingAllowed: false } })),
        );
      await withdraw();
      await until("the withdrawal", () => types().includes("consent_withdrawn"));
      await withdraw();
      await leave();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));

      assert.deepEqual(types(), ["consent_withdrawn"]);
    });
  });

  describe("the blocks", () => {
    test("a sold-out variant can be asked for: the tap asks for permission first, then subscribes, then asks", async () => {
      shop.options.isSoldOut = true;
      shop.options.consent = "no";
      const page = await open("/products/apron");
      await page.waitForFunction(() => !!window.Beckon?.["stock-alert"]);

      await page.click("[data-beckon=stock-alert]");
      await until("the alert", () => shop.posted("/stock-alerts").length === 1);

      assert.deepEqual(await page.evaluate(() => (window as never)["calls"]), ["requestPermission", "subscribe"]);
      const [alert] = shop.posted("/stock-alerts");
      const [subscription] = shop.posted("/subscriptions");
      assert.deepEqual(alert, { v: 1, visitorId: subscription!["visitorId"], variantId: "11", kind: "back_in_stock" });
      const consent = subscription!["consent"] as { marketing: boolean; text: string };
      assert.equal(consent.marketing, false, "the shop's consent was not given");
      assert.match(consent.text, /notification in this browser/);
      await page.waitForFunction(
        () => document.querySelector("[data-beckon=stock-alert]")?.getAttribute("aria-pressed") === "true",
      );
      assert.match(await page.$eval("[role=status]", (status) => status.textContent ?? ""), /Done/);
    });

    test("they follow the variant that is chosen", async () => {
      shop.options.isSoldOut = true;
      const page = await open("/products/apron");
      await page.waitForFunction(() => !!window.Beckon?.["stock-alert"]);
      const isVisible = async (name: string) => (await page.$(`[data-beckon=${name}]`))!.isVisible();
      assert.deepEqual([await isVisible("stock-alert"), await isVisible("price-alert")], [true, false]);

      await page.$eval("#add [name=id]", (field) => {
        (field as HTMLInputElement).value = "12";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await until("the price alert", () => isVisible("price-alert"));
      assert.equal(await isVisible("stock-alert"), false);

      await page.click("[data-beckon=price-alert]");
      await until("the alert", () => shop.posted("/stock-alerts").length === 1);
      assert.equal(shop.posted("/stock-alerts")[0]!["variantId"], "12");
      assert.equal(shop.posted("/stock-alerts")[0]!["kind"], "price_drop");
    });

    test("a blocked browser is told where to unblock, an iPhone how to install", async () => {
      shop.options.isSoldOut = true;
      const denied = await open("/products/apron", { permission: "denied" });
      await denied.waitForFunction(() => !!window.Beckon?.["stock-alert"]);
      await denied.click("[data-beckon=stock-alert]");
      await denied.waitForFunction(() => /blocks/.test(document.querySelector("[role=status]")!.textContent!));

      const iphone = await open("/products/apron", { iphone: true }, 390);
      await iphone.waitForFunction(() => !!window.Beckon?.["stock-alert"]);
      await iphone.click("[data-beckon=stock-alert]");
      await iphone.waitForSelector("[data-beckon=install-sheet]", { visible: true });
    });

    test("the blocks step back where the embed is off and nobody would answer", async () => {
      const page = await openPage(context, {});
      await page.evaluateOnNewDocument(() => {
        const later = window.setTimeout.bind(window);
        Object.assign(window, { setTimeout: (work: () => void) => later(work, 0) });
      });
      await page.setRequestInterception(true);
      page.on("request", (request) => {
        const isEmbed = request.url().includes("beckon.js");
        void (isEmbed ? request.respond({ status: 200, body: "" }) : request.continue());
      });
      await page.goto(`${shop.origin}/products/apron`);

      await page.waitForFunction(() =>
        [...document.querySelectorAll(".beckon-block")].every((block) => block.clientHeight === 0),
      );
      assert.notEqual(await page.$(".beckon-block"), null);
    });

    test("the bell says what is true, subscribes, and opens the preferences of its own subscription", async () => {
      shop.options.consent = "no";
      const page = await open("/account");
      const label = () => page.$eval("[data-beckon=bell]", (button) => button.textContent?.trim());
      await page.waitForFunction(() => !!window.Beckon?.bell);
      assert.equal(await label(), "Get notifications");

      await page.click("[data-beckon=bell]");
      await until("being on", async () => (await label()) === "Manage notifications");
      const consent = shop.posted("/subscriptions")[0]!["consent"] as { marketing: boolean };
      assert.equal(consent.marketing, true, "the tap is consent by itself");

      await Promise.all([page.waitForNavigation(), page.click("[data-beckon=bell]")]);
      assert.equal(new URL(page.url()).pathname, "/apps/beckon/preferences");

      // Unsubscribed there, with one tap.
      Object.assign(shop.options, { subscriptionState: "ended", consent: "yes" });
      await page.goto(`${shop.origin}/account`);
      await until("being off", async () => (await label()) === "Get notifications");
    });
  });

  /** Long tasks after the page's load event, and layout shifts, until the prompt stands: on a phone four times slower. */
  async function measure(): Promise<object[]> {
    const page = await openPage(context, {}, 390);
    await page.emulateCPUThrottling(4);
    await page.evaluateOnNewDocument(() => {
      const found: { type: string; start: number; ms: number }[] = [];
      Object.assign(window, { found });
      for (const type of ["longtask", "layout-shift"]) {
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            found.push({ type: entry.entryType, start: entry.startTime, ms: entry.duration });
          }
        }).observe({ type, buffered: true });
      }
    });
    await page.goto(`${shop.origin}/products/apron`);
    await prompt(page);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));

    // What the page itself costs until its load event is the theme's.
    return page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      const all = (window as never)["found"] as { type: string; start: number; ms: number }[];
      return all.filter((entry) => entry.type === "layout-shift" || entry.start >= navigation!.loadEventEnd);
    });
  }

  describe("what it costs", () => {
    test("no request before the page's load event", async () => {
      const page = await open("/products/apron", { permission: "granted" });
      await until("the quiet subscription", () => shop.posted("/subscriptions").length === 1);

      const early = await page.evaluate(() => {
        const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
        return performance
          .getEntriesByType("resource")
          .filter((entry) => entry.startTime < navigation!.loadEventStart)
          .map((entry) => entry.name);
      });

      assert.deepEqual(early, []);
    });

    test("no task over 50 ms on a processor slowed to a quarter, and no layout shift", async () => {
      shop.options.prompt = AT_ONCE;
      // Other programs stretch tasks on a busy machine; a task of ours that is too long is so every time.
      let found: object[] = [];
      for (let tries = 0; tries < 3; tries++) {
        await context.close();
        context = await chrome.browser.createBrowserContext();
        found = await measure();
        if (!found.length) break;
      }
      assert.deepEqual(found, []);
    });
  });
});
