import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { createSender } from "../../app/sender/create-sender.server.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "../../app/sender/payload-limit.ts";
import type { DeliveryOutcome, PushRequest } from "../../app/sender/push-request.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import { startDesktop } from "./support/desktop.ts";
import {
  createProfile,
  findBrowser,
  grantNotifications,
  howToInstall,
  launchBrowser,
  type BrowserName,
} from "./support/launch-browser.ts";
import { until } from "./support/until.ts";

// Our sender against a real browser's push client: what we encrypt is decrypted, shown and clicked.
//
//   node tests/browser/push.ts [firefox|chromium]
//
// Without its browser a test is skipped, unless CI is set: then it fails.

const SERVICE_WORKER = `
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("push", (event) => {
  const { title, ...options } = event.data.json();
  event.waitUntil(registration.showNotification(title, options));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data.url));
});`;

const BROWSERS: BrowserName[] = ["firefox", "chromium"];
const asked = BROWSERS.filter((name) => process.argv.includes(name));

for (const name of asked.length > 0 ? asked : BROWSERS) {
  const skip = findBrowser(name) || process.env.CI ? false : howToInstall(name);
  test(`our pushes in ${name}`, { skip, timeout: 150_000 }, (context) => run(name, context));
}

async function run(browserName: BrowserName, context: TestContext): Promise<void> {
  /** One after the other; the first that fails ends the test. */
  const step = async (what: string, work: () => Promise<void>): Promise<void> => {
    let failure: unknown;
    await context.test(what, async () => {
      await work().catch((error: unknown) => {
        failure = error;
        throw error;
      });
    });
    if (failure) throw failure;
  };
  const pushService = await startPushService();
  const desktop = await startDesktop();
  const site = await startSite();
  const profile = createProfile();
  const key = createKeyPair();
  const send = createSender({
    vapidSubject: "mailto:ops@example.com",
    push: {
      hosts: [{ host: "127.0.0.1", port: pushService.port }],
      routes: pushService.chromiumHosts.map((host) => ({ host, address: "127.0.0.1", port: pushService.port })),
      ca: pushService.ca,
      concurrency: 10,
    },
    machineNow: () => new Date(),
  });

  let browser: Browser | undefined;
  let page: Page;
  let subscription: Pick<PushRequest, "endpoint" | "p256dh" | "auth">;
  const open = async () => {
    browser = await launchBrowser(browserName, { pushService, desktop, profile, notifications: "granted" });
    page = await browser.newPage();
    await page.goto(site.origin);
  };
  const push = (title: string, more: Partial<PushRequest> & { body?: string } = {}): Promise<DeliveryOutcome> =>
    send({
      ...subscription,
      vapid: key,
      payload: JSON.stringify({ title, body: more.body ?? `Body of ${title}`, data: { url: "/clicked" } }),
      ttlSeconds: 60,
      urgency: "high",
      pushTopic: title.replaceAll(" ", "-"),
      ...more,
    });
  const accepted = { type: "accepted", status: 201 };

  try {
    await step("the browser starts and allows notifications", async () => {
      await open();
      await grantNotifications(browser as Browser, site.origin);
      assert.equal(await page.evaluate(() => Notification.permission), "granted");
    });
    await step("PushManager.subscribe()", async () => {
      const made = await page.evaluate(async (applicationServerKey) => {
        const registration = await navigator.serviceWorker.register("/sw.js");
        await navigator.serviceWorker.ready;
        const options = { userVisibleOnly: true, applicationServerKey };
        return (await registration.pushManager.subscribe(options)).toJSON();
      }, key.publicKey);
      assert.ok(made.endpoint && made.keys?.p256dh && made.keys.auth);
      subscription = { endpoint: made.endpoint, p256dh: made.keys.p256dh, auth: made.keys.auth };
    });
    await step("a push is decrypted and shown, emoji and Arabic included", async () => {
      const acknowledged = pushService.once("acknowledged");
      assert.deepEqual(await push("First", { body: "سلة التسوق 🛒 şimdi" }), accepted);
      const shown = await desktop.find("First");
      assert.match(shown.body, /سلة التسوق 🛒 şimdi/);
      assert.equal((await acknowledged).code, 100);
    });
    await step("a click opens its page", async () => {
      desktop.click(await desktop.find("First"));
      await until("the page that the click opens", () => site.visits.includes("/clicked"));
    });
    await step("3,993 bytes arrive, one more is refused before it leaves", async () => {
      const frame = JSON.stringify({ title: "Largest", body: "" });
      const body = "x".repeat(MAX_PAYLOAD_BYTES - frame.length);
      const payload = JSON.stringify({ title: "Largest", body });
      assert.equal(Buffer.byteLength(payload), MAX_PAYLOAD_BYTES);
      assert.deepEqual(await push("Largest", { payload }), accepted);
      assert.equal(pushService.requests.at(-1)?.bytes, 4_096);
      await desktop.find("Largest");
      await assert.rejects(push("Largest", { payload: `${payload} ` }), PayloadTooLargeError);
    });
    await step("what was encrypted for another secret is not shown", async () => {
      const auth = Buffer.alloc(16, 7).toString("base64url");
      assert.deepEqual(await push("Garbled", { auth }), accepted);
      assert.deepEqual(await push("After it"), accepted);
      await desktop.find("After it");
      assert.ok(!desktop.history().some(({ title }) => title === "Garbled"));
    });
    await step("offline, a newer push of the same Topic replaces the older; TTL 0 is now or never", async () => {
      await (browser as Browser).close();
      await until("the browser to be gone", () => pushService.count().clients === 0);
      await push("Old offer", { pushTopic: "marketing" });
      await push("New offer", { pushTopic: "marketing" });
      await push("Other");
      await push("Now or never", { ttlSeconds: 0 });
      assert.equal(pushService.count().waiting, 2);
      await open();
      await Promise.all([desktop.find("New offer"), desktop.find("Other")]);
      await until("the acknowledgements", () => pushService.count().waiting === 0);
      const titles = desktop.history().map(({ title }) => title);
      assert.ok(!titles.includes("Old offer") && !titles.includes("Now or never"), titles.join(", "));
    });
    await step("an ended subscription is gone", async () => {
      const ended = await page.evaluate(async () => {
        const { pushManager } = await navigator.serviceWorker.ready;
        return (await pushManager.getSubscription())?.unsubscribe();
      });
      assert.equal(ended, true);
      await until("the service to hear of it", () => pushService.isGone(subscription.endpoint));
      assert.deepEqual(await push("Too late"), { type: "gone", status: 410 });
    });
  } finally {
    await browser?.close().catch(() => {});
    send.close();
    await Promise.all([desktop.close(), pushService.close(), site.close()]);
    profile.remove();
  }
}

/** A page with a service worker, on localhost, which counts as secure. */
async function startSite(): Promise<{ origin: string; visits: string[]; close(): Promise<void> }> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    visits.push(url);
    const isWorker = url === "/sw.js";
    response.writeHead(200, { "content-type": isWorker ? "text/javascript" : "text/html; charset=utf-8" });
    response.end(isWorker ? SERVICE_WORKER : "<!doctype html><title>Site</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    visits,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function createKeyPair(): { publicKey: string; privateKey: string } {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { publicKey: ecdh.getPublicKey("base64url"), privateKey: privateKey.toString("base64url") };
}
