import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import puppeteer from "puppeteer-core";

/** Chromium on PATH, or what `CHROMIUM` names; null when there is none. */
export function findChromium(): string | null {
  if (process.env["CHROMIUM"]) return process.env["CHROMIUM"];
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of ["chromium", "google-chrome", "chrome"]) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

export type TestBrowser = { browser: Browser; close(): Promise<void> };

/** Permission to show notifications is given in the profile: what is given over the protocol ends with the page. */
export async function launchChromium(executablePath: string): Promise<TestBrowser> {
  const userDataDir = mkdtempSync(join(tmpdir(), "beckon-chromium-"));
  mkdirSync(join(userDataDir, "Default"));
  writeFileSync(
    join(userDataDir, "Default/Preferences"),
    JSON.stringify({ profile: { default_content_setting_values: { notifications: 1 } } }),
  );
  const browser = await puppeteer.launch({ executablePath, userDataDir, headless: true, args: ["--no-sandbox"] });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

export type Fakes = {
  /** The browser's permission to begin with, and its person's answer. */
  permission: NotificationPermission;
  answer: NotificationPermission;
  /** Safari on an iPhone: no push in a tab. */
  iphone?: boolean;
};

/**
 * The browser's own question cannot be answered by a program, and a subscription needs the vendor's servers: in these tests
 * both are stood in for, remembering what was asked in `window.calls`. The whole loop is tested with the real ones elsewhere.
 */
async function fakePush(page: Page, fakes: Fakes): Promise<void> {
  await page.evaluateOnNewDocument((given: Fakes) => {
    const calls: string[] = [];
    Object.assign(window, { calls });
    if (given.iphone) {
      Reflect.deleteProperty(window, "PushManager");
      Reflect.deleteProperty(window, "Notification");
      Object.defineProperty(navigator, "standalone", { value: false });
      Object.defineProperty(navigator, "userAgent", {
        value:
          "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1",
      });
      return;
    }
    Object.defineProperty(Notification, "permission", {
      get: () => sessionStorage["test.permission"] ?? given.permission,
    });
    Notification.requestPermission = () => {
      calls.push("requestPermission");
      if (Notification.permission === "default") sessionStorage["test.permission"] = given.answer;
      return Promise.resolve(Notification.permission);
    };
    const subscription = (key: BufferSource) => ({
      endpoint: `https://fcm.googleapis.com/fcm/send/${localStorage["test.endpoint"]}`,
      options: { applicationServerKey: key },
      toJSON() {
        return { endpoint: this.endpoint, keys: { p256dh: "p", auth: "a" } };
      },
      unsubscribe() {
        calls.push("unsubscribe");
        localStorage.removeItem("test.endpoint");
        return Promise.resolve(true);
      },
    });
    const prototype = PushManager.prototype as unknown as Record<string, unknown>;
    prototype["getSubscription"] = () =>
      Promise.resolve(
        localStorage["test.endpoint"] ? subscription(Uint8Array.from(JSON.parse(localStorage["test.key"]))) : null,
      );
    prototype["subscribe"] = ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
      calls.push("subscribe");
      localStorage["test.endpoint"] = crypto.randomUUID();
      localStorage["test.key"] = JSON.stringify([...applicationServerKey]);
      return Promise.resolve(subscription(applicationServerKey as BufferSource));
    };
  }, fakes);
}

/** A page with a storage of its own. */
export async function openPage(context: BrowserContext, fakes: Partial<Fakes> = {}, width = 1280): Promise<Page> {
  const page = await context.newPage();
  await page.setViewport({ width, height: width < 700 ? 844 : 800, isMobile: width < 700, hasTouch: width < 700 });
  await fakePush(page, { permission: "default", answer: "granted", ...fakes });
  return page;
}

/** The first true value of `probe`, asked again every 25 ms. */
export async function until<T>(what: string, probe: () => T | Promise<T>, ms = 8_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const value = await probe();
    if (value) return value as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited ${ms} ms for ${what}`);
}
