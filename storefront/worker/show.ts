import { inStore } from "../shared-store.ts";
import type { WorkerSettings } from "../shared-store.ts";
import { report } from "./receipts.ts";
import type { PushEvent } from "./scope.ts";
import { self } from "./scope.ts";

type Payload = NotificationOptions & {
  title?: string;
  renotify?: boolean;
  /** Address for browsers without our worker. A browser that gets it as an option follows it and tells us of no click. */
  navigate?: string;
  /** `done`: what to say when the button is pressed, which then opens nothing. */
  actions?: { action: string; title: string; navigate?: string; done?: string }[];
  data?: { token?: string; id?: string; kind?: string; url?: string };
};

/** What was asked for by a tap, or is owed, is shown also to who is looking at the shop. */
const NOT_MARKETING = /^(welcome|back_in_stock|price_drop|shipping|direct|test)$/;

/** For a push whose own words did not arrive: browsers withdraw the permission of workers that show nothing. */
const GENERIC: Record<string, string> = {
  en: "There is news for you.",
  tr: "Sizin için bir haber var.",
  ar: "لديك جديد.",
};

/** Ids that are remembered. A push is sent twice within minutes or not at all. */
const REMEMBERED = 100;

/**
 * Shows a push, whatever has arrived. An id comes to the shopper's eye once: a second time it takes its own place, without
 * a sound. `getNotifications()` is not asked: Chromium loses what is not yet on the desktop.
 */
export async function show(event: PushEvent): Promise<void> {
  const payload = read(event);
  const { id, token, kind } = payload.data || {};
  // A silent one takes back what a message said, also before the eyes of who is shopping.
  if (token && !payload.silent && !NOT_MARKETING.test(kind || "") && (await isShopping()))
    return report("suppressed", token);

  const isSecond = await wasShown(id);
  await display(payload, isSecond);
  // Not before: nothing stands between the push and the screen. Each goes on without the others.
  await Promise.allSettled([remember(id), isSecond || report("shown", token)]);
}

function read(event: PushEvent): Payload {
  try {
    const { notification } = event.data!.json() as { notification: Payload };
    return { ...notification };
  } catch {
    const { title, body, data } = event.notification || ({} as Payload);
    return { title, body, data };
  }
}

/** Whatever an option is, the notification appears: one that the browser refuses must not cost it. */
async function display(payload: Payload, isSecond: boolean): Promise<void> {
  const { registration } = self;
  const { title, navigate: _, actions, ...rest } = payload;
  const heading = title || (await shopName(rest));
  const tag = rest.tag || rest.data?.id || "beckon";
  try {
    await registration.showNotification(heading, {
      ...rest,
      tag,
      ...(isSecond && { silent: true, renotify: false }),
      ...(actions && {
        actions: actions.map((button) => ({ action: button.action, title: button.title })),
        // The browser keeps no addresses of buttons; they travel with the data.
        data: {
          ...rest.data,
          actions: Object.fromEntries(actions.map(({ action, navigate }) => [action, navigate])),
          done: Object.fromEntries(actions.map(({ action, done }) => [action, done])),
        },
      }),
    } as NotificationOptions);
  } catch {
    await registration.showNotification(`${heading}`, { body: `${rest.body || ""}`, tag: `${tag}`, data: rest.data });
  }
}

/** The title of a push without one; its body, too, is filled in. */
async function shopName(payload: Payload): Promise<string> {
  let settings: Partial<WorkerSettings> = {};
  try {
    settings = (await inStore("settings", "readonly", (store) => store.get("settings"))) || {};
  } catch {
    // Then without the shop's name.
  }
  payload.body ||= GENERIC[(settings.locale || self.navigator.language).slice(0, 2)] || GENERIC.en;
  return settings.shop || self.location.hostname;
}

/** Storage that is slow or refused is no reason to keep a push back. */
function wasShown(id: string | undefined): Promise<boolean> {
  if (!id) return Promise.resolve(false);
  const asked = inStore("shown", "readonly", (store) => store.getKey(id)).then(Boolean, () => false);
  return Promise.race([asked, new Promise<boolean>((resolve) => setTimeout(resolve, 500, false))]);
}

async function remember(id: string | undefined): Promise<void> {
  if (!id) return;
  await inStore("shown", "readwrite", (store) => store.put(Date.now(), id));
  const keys = await inStore("shown", "readonly", (store) => store.getAllKeys());
  const times: number[] = await inStore("shown", "readonly", (store) => store.getAll());
  const newest = times.toSorted((a, b) => b - a);
  const old = keys.filter((_, i) => times[i]! < (newest[REMEMBERED] || 0));
  for (const key of old) await inStore("shown", "readwrite", (store) => store.delete(key));
}

/** A window of the shop in view. Safari counts every push without a notification against the shop. */
async function isShopping(): Promise<boolean> {
  if (/^((?!chrom|android).)*safari/i.test(self.navigator.userAgent)) return false;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // The merchant's own admin is no shopper.
  return windows.some(
    ({ url, visibilityState }) => visibilityState === "visible" && !new URL(url).pathname.startsWith("/admin"),
  );
}
