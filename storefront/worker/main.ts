import { inStore } from "../shared-store.ts";
import type { WorkerSettings } from "../shared-store.ts";
import { sendReceipts, report } from "./receipts.ts";
import { show } from "./show.ts";
import { self } from "./scope.ts";

// The service worker, served through the app proxy. Its scope is the proxy's path, so it controls no page of the theme
// and has no fetch handler: it is there for pushes alone.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), sendReceipts()])));

// The browser says that the network is back.
self.addEventListener("sync", (event) => event.waitUntil(sendReceipts()));

self.addEventListener("push", (event) => event.waitUntil(show(event)));

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const data = notification.data || {};
  const done = data.done?.[action];
  if (done) {
    // What the button does is done by the app: the shopper stays where they are and reads that it was heard.
    const { title, tag, icon } = notification;
    const { url, doneLang: lang = notification.lang, doneDir: dir = notification.dir } = data;
    event.waitUntil(
      Promise.all([
        self.registration.showNotification(title, { body: done, tag, lang, dir, icon, silent: true, data: { url } }),
        report("clicked", data.token, action),
      ]),
    );
    return;
  }
  notification.close();
  // Opening comes first: the right to open a window that the click gave does not last.
  const opening = self.clients.openWindow((action && data.actions?.[action]) || data.url || "/");
  event.waitUntil(Promise.all([opening.catch(() => null), report("clicked", data.token, action)]));
});

self.addEventListener("notificationclose", (event) =>
  event.waitUntil(report("dismissed", (event.notification.data || {}).token)),
);

/** The browser has given up the endpoint. No page may come for weeks, so the worker subscribes again by itself. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }: PushSubscriptionChangeEvent): Promise<void> {
  const { pushManager } = self.registration;
  const settings: WorkerSettings | undefined = await inStore("settings", "readonly", (store) => store.get("settings"));
  if (!settings) return;
  const subscription =
    newSubscription ||
    (await pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: oldSubscription?.options.applicationServerKey || settings.vapidPublicKey,
    }));
  if (oldSubscription) {
    await post("subscriptions/delete", { endpoint: oldSubscription.endpoint }).catch(() => undefined);
  }
  const { visitorId, locale, marketing } = settings;
  const consent = { marketing, at: new Date().toISOString() };
  await post("subscriptions", { v: 1, visitorId, subscription, consent, quiet: true, locale });
}

function post(path: string, body: object): Promise<Response> {
  return fetch(self.registration.scope + path, { method: "POST", body: JSON.stringify(body) });
}
