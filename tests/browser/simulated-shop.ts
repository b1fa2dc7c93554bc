import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { BrowserContext, Frame, Page } from "puppeteer-core";
import type { AppRequest } from "../../simulator/storefront/testing/open-shop.ts";
import { openShop } from "../../simulator/storefront/testing/open-shop.ts";
import type { OpenShop } from "../../simulator/storefront/testing/open-shop.ts";
import type { TestBrowser } from "./storefront/test-browser.ts";
import { findChromium, launchChromium, until } from "./storefront/test-browser.ts";

// The simulated store's theme and admin in a real Chromium: what later tests lean on.
//   node tests/browser/simulated-shop.ts

const chromium = findChromium();
const skip = chromium || process.env["CI"] ? false : "no Chromium here: apt-get install chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("the simulated shop in Chromium", { skip, concurrency: false, timeout: 300_000 }, () => {
  let shop: OpenShop;
  let chrome: TestBrowser;
  let context: BrowserContext;
  const errors: string[] = [];

  before(async () => {
    assert.ok(chromium, "no Chromium here: apt-get install chromium");
    chrome = await launchChromium(chromium);
  });
  after(() => chrome?.close());
  beforeEach(async () => {
    shop = await openShop();
    context = await chrome.browser.createBrowserContext();
    errors.length = 0;
  });
  afterEach(async () => {
    await context.close();
    await shop.close();
    assert.deepEqual(errors, [], "the page reported errors");
  });

  async function open(path: string, width = 1280): Promise<Page> {
    const page = await context.newPage();
    await page.setViewport({ width, height: 844 });
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(shop.sim.origin + path, { waitUntil: "load" });
    return page;
  }
  const textOf = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent?.trim() ?? "");

  describe("the theme", () => {
    test("puts the chosen variant into the cart and shows it in the drawer", async () => {
      const page = await open("/products/harbour-linen-shirt", 390);

      await page.click('.pill input[value="L"]');
      await page.click("[data-add]");
      await page.waitForSelector("[data-cart-drawer][open] [data-line-variant]");

      assert.equal(await textOf(page, "[data-line-variant]"), "L / White");
      assert.equal(await textOf(page, "[data-cart-count]"), "1");
      await page.click("[data-line-plus]");
      await until("two pieces", async () => (await textOf(page, "[data-line-quantity]")) === "2");
      await page.click("[data-line-remove]");
      await until("an empty cart", async () => (await textOf(page, "[data-cart-count]")) === "0");
    });

    test("does not sell a sold-out variant, and says in the address which one is shown", async () => {
      const page = await open("/ar/products/harbour-linen-shirt");

      await page.click('.pill input[value="M"]');
      await page.click('.pill input[value="Indigo"]');

      assert.equal(await page.$eval("[data-add]", (button) => (button as HTMLButtonElement).disabled), true);
      const variant = new URL(page.url()).searchParams.get("variant");
      assert.equal(await page.$eval("[data-variant-id]", (input) => (input as HTMLInputElement).value), variant);
    });

    test("takes an order in three clicks", async () => {
      const page = await open("/tr/products/harbour-linen-shirt", 390);
      await page.click("[data-add]");
      await page.waitForSelector("[data-cart-drawer][open] [data-cart-foot]:not([hidden])");
      await Promise.all([page.waitForNavigation(), page.click("[data-cart-foot] button")]);

      for (let click = 0; click < 3; click += 1) {
        await Promise.all([page.waitForNavigation(), page.click("[name=continue]")]);
      }

      assert.match(page.url(), /\/thank-you$/);
      assert.equal(shop.sim.state.orders.size, 1);
    });

    test("asks for consent where the law does, and not elsewhere", async () => {
      const page = await open("/", 390);
      const marketing = () =>
        page.evaluate(
          () =>
            new Promise((resolve) => {
              const { Shopify } = window as unknown as { Shopify: PageShopify };
              Shopify.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], () =>
                resolve(Shopify.customerPrivacy?.marketingAllowed()),
              );
            }),
        );
      assert.equal(await marketing(), true);

      await Promise.all([page.waitForNavigation(), page.select("[name=privacy_region]", "consent")]);
      await page.waitForSelector("[data-consent-banner]", { visible: true });
      assert.equal(await marketing(), false);
      await page.click("[data-consent=yes]");

      assert.equal(await marketing(), true);
      assert.equal(await page.$eval("[data-consent-banner]", (banner) => (banner as HTMLElement).hidden), true);
    });

    for (const [path, width] of [
      ["/", 390],
      ["/ar/products/harbour-linen-shirt", 390],
      ["/tr/collections/all", 1280],
      ["/admin/simulator#products", 1280],
    ] as const) {
      test(`is accessible and fits: ${path} at ${width} px`, async () => {
        const page = await open(path, width);
        await page.evaluate(AXE);
        await new Promise((resolve) => setTimeout(resolve, 300));

        const found = await page.evaluate(async () => {
          const { axe } = window as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

        assert.deepEqual(found, []);
        assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
      });
    }
  });

  describe("the admin's frame", () => {
    async function openApp(): Promise<{ page: Page; frame: Frame }> {
      shop.app.answer = (request) => appAnswer(shop, request);
      const page = await open("/admin");
      const frame = await until("the app's frame", () =>
        page.frames().find((one) => one.url().startsWith(shop.sim.options.appUrl)),
      );
      await frame.waitForFunction(() => "shopify" in window);
      return { page, frame };
    }

    test("gives the app's own requests a session token, and a new one when the app asks for it", async () => {
      const { frame } = await openApp();

      const status = await frame.evaluate(
        async () => (await fetch("/data?fail=once", { method: "POST", body: "x=1" })).status,
      );

      const sent = shop.asked.filter(({ path }) => path === "/data");
      assert.equal(status, 200);
      assert.equal(sent.length, 2);
      for (const { headers, body } of sent) {
        assert.match(String(headers.authorization), /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
        assert.equal(body, "x=1");
      }
    });

    test("draws the app's menu and passes a click on it back to the app's own link", async () => {
      const { page, frame } = await openApp();
      await page.waitForSelector("[data-app-nav] a");

      await page.click("[data-app-nav] a");

      await until("the app's navigation", () => frame.evaluate(() => document.title === "navigated to /app/journeys"));
      await until("the admin's address", () => page.url().endsWith("/admin/apps/test-key/app/journeys"));
    });

    test("shows the save bar and presses the app's buttons", async () => {
      const { page, frame } = await openApp();

      await frame.evaluate(() => (document.querySelector("ui-save-bar") as unknown as { show(): void }).show());
      await page.waitForSelector("[data-save-bar]", { visible: true });
      assert.equal(await textOf(page, "[data-save-buttons]"), "DiscardSave");
      await page.click("[data-save-buttons] .primary");

      await until("the app's own button", () => frame.evaluate(() => document.title === "saved"));
      await until("the bar to go", () => page.$eval("[data-save-bar]", (bar) => (bar as HTMLElement).hidden));
    });

    test("shows toasts, tells what the theme has switched on, and comes back from the bounce page with a token", async () => {
      const { page, frame } = await openApp();

      await frame.evaluate(() => (window as unknown as { shopify: Bridge }).shopify.toast.show("Saved"));
      const extensions = await frame.evaluate(() =>
        (window as unknown as { shopify: Bridge }).shopify.app.extensions(),
      );
      await frame.evaluate(() => location.assign("/bounce?shopify-reload=" + encodeURIComponent("/app/back?x=1")));

      await page.waitForSelector(".toast");
      assert.equal(await textOf(page, ".toast"), "Saved");
      assert.equal(extensions[0]?.handle, "beckon");
      const back = await until("the reload", () => shop.asked.find(({ path }) => path === "/app/back"));
      assert.match(String(back.query.get("id_token")), /^[\w-]+\.[\w-]+\.[\w-]+$/);
      assert.equal(back.query.get("x"), "1");
    });

    test("opens the theme editor for a link to Shopify's admin", async () => {
      const { page, frame } = await openApp();

      await Promise.all([page.waitForNavigation(), frame.evaluate(() => document.getElementById("editor")?.click())]);

      assert.match(page.url(), /\/admin\/themes\/current\/editor\?context=apps&activateAppId=test-key\/beckon-embed$/);
      await page.click("[data-save]");
      await until("the switch", () => shop.sim.state.theme.isEmbedOn);
    });
  });
});

type PageShopify = {
  loadFeatures(features: object[], done: () => void): void;
  customerPrivacy?: { marketingAllowed(): boolean };
};
type Bridge = { toast: { show(text: string): void }; app: { extensions(): Promise<{ handle: string }[]> } };

/** An app with one page that holds what an embedded app may hold, and data that once asks for a new token. */
function appAnswer(
  shop: OpenShop,
  { path, query }: AppRequest,
): { status?: number; headers?: Record<string, string>; body?: string } {
  if (path === "/data") {
    const isFirst = query.get("fail") === "once" && shop.asked.filter((one) => one.path === "/data").length === 1;
    return isFirst ? { status: 401, headers: { "x-shopify-retry-invalid-session-request": "1" } } : { body: "{}" };
  }
  const script = `<script data-api-key="test-key" src="${shop.sim.origin}/_sim/app-bridge.js"></script>`;
  if (path === "/bounce") return { headers: { "content-type": "text/html" }, body: script };
  return {
    headers: { "content-type": "text/html" },
    body: `<!doctype html><title>app</title>${script}
      <ui-nav-menu><a href="/app" rel="home">Home</a><a href="/app/journeys">Journeys</a></ui-nav-menu>
      <ui-save-bar id="bar"><button variant="primary" onclick="document.title='saved';this.parentNode.hide()">Save</button><button>Discard</button></ui-save-bar>
      <a id="editor" target="_top" href="https://test-shop.myshopify.com/admin/themes/current/editor?context=apps&activateAppId=test-key/beckon-embed">Editor</a>
      <script>addEventListener("shopify:navigate", (event) => {
        const href = event.target.getAttribute("href");
        history.pushState(null, "", href);
        document.title = "navigated to " + href;
      });</script>`,
  };
}
