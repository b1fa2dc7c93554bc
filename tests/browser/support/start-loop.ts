import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { startPushService } from "../../../simulator/push/push-service.ts";
import { type Demo, startDemo } from "../../support/start-demo.ts";
import { startDesktop } from "./desktop.ts";
import { type BrowserName, createProfile, grantNotifications, launchBrowser } from "./launch-browser.ts";
import { until } from "./until.ts";

// A real shopper's browser in the demo's shop, with our push service and a desktop that tests can read and click.

/** Inside the prompt's open shadow root. */
const ACCEPT = ">>> [data-beckon='accept']";

export type Loop = {
  demo: Demo;
  browser: Browser;
  desktop: Awaited<ReturnType<typeof startDesktop>>;
  close(): Promise<void>;
};

/** Demo, push service, desktop and browser, each led to the other. */
export async function startLoop(name: BrowserName): Promise<Loop> {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-loop-"));
  const pushService = await startPushService();
  const desktop = await startDesktop();
  const profile = createProfile();
  const ca = path.join(folder, "ca.pem");
  writeFileSync(ca, pushService.ca);
  const demo = await startDemo({
    env: {
      PUSH_HOSTS: `127.0.0.1:${pushService.port}`,
      PUSH_CA_FILE: ca,
      PUSH_ROUTES: pushService.chromiumHosts.map((host) => `${host}=127.0.0.1:${pushService.port}`).join(","),
    },
  });
  const browser = await launchBrowser(name, { pushService, desktop, profile, notifications: "ask" });
  return {
    demo,
    browser,
    desktop,
    async close() {
      await browser.close().catch(() => {});
      await demo.close();
      await Promise.all([desktop.close(), pushService.close()]);
      profile.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A page of something the shop has to sell. */
export async function openShop(browser: Browser, demo: Demo): Promise<Page> {
  const page = await browser.newPage();
  const { products } = (await (await fetch(`${demo.store}/products.json?limit=250`)).json()) as {
    products: { handle: string; variants: { available: boolean }[] }[];
  };
  const product = products.find(({ variants }) => variants[0]?.available);
  assert.ok(product, "the shop has something to sell");
  await page.goto(`${demo.store}/products/${product.handle}`, { waitUntil: "load" });
  return page;
}

export async function addFirstProduct(page: Page): Promise<void> {
  const button = await page.waitForSelector("form[action$='/cart/add'] [type='submit']");
  await button?.click();
  await until("the product in the cart", async () => (await readCart(page)).items.length === 1);
  const drawer = await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await until("the cart drawer to close", async () => drawer?.evaluate((dialog) => !dialog.hasAttribute("open")));
}

/** Our prompt is there and is accepted; so is the browser's own question. */
export async function sayYes(browser: Browser, demo: Demo, page: Page): Promise<{ visitorId: string }> {
  const accept = await page.waitForSelector(ACCEPT, { timeout: 30_000 });
  assert.ok(accept, "our prompt appears after something was put into the cart");
  // What the shopper answers to the browser's own question, which our button leads to.
  await grantNotifications(browser, demo.store);
  await page.locator(ACCEPT).click(); // once it has stopped moving
  return until("the subscription", async () => {
    const { data } = (await demo.api("subscribers")) as { data: { visitorId: string }[] };
    return data[0];
  });
}

export type Cart = {
  token: string;
  items: { variant_id: number; quantity: number; product_title: string }[];
  total_discount: number;
  original_total_price: number;
  cart_level_discount_applications: { title: string }[];
};

export function readCart(page: Page): Promise<Cart> {
  return page.evaluate(async () => (await fetch("/cart.js")).json()) as Promise<Cart>;
}
