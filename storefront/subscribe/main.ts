import type { Consent, Subscribed } from "../core.ts";
import { inStore } from "../shared-store.ts";
import { utmOf } from "./utm.ts";

// Loaded when there is something to subscribe: before our prompt, for a tap on a block, and once a visit for subscribers.

const { Beckon } = window;
const { config } = Beckon.page;

type Options = { quiet?: boolean; promptVariant?: string };

let registered: Promise<ServiceWorkerRegistration> | undefined;

Beckon.subscribe = { prepare, subscribe, current, post };

function prepare(): Promise<ServiceWorkerRegistration> {
  registered ||= register();
  // A failure may be the network's: the next tap tries anew.
  registered.catch(() => (registered = undefined));
  return registered;
}

/**
 * `navigator.serviceWorker.ready` never resolves on a storefront page: the worker's scope is the app proxy's path, and no
 * page of the theme lies in it. So the registration itself is kept, until its worker is active.
 */
async function register(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(`${config.proxyPath}/sw.js`, {
    scope: `${config.proxyPath}/`,
  });
  const worker = registration.active || registration.waiting || registration.installing;
  if (worker && worker.state !== "activated") {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (worker.state === "activated") resolve();
        if (worker.state === "redundant") reject(new Error("The service worker could not be installed."));
      };
      worker.addEventListener("statechange", look);
      look();
    });
  }
  return registration;
}

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker?.getRegistration(`${config.proxyPath}/`);
  return (await registration?.pushManager?.getSubscription()) ?? null;
}

let working: Promise<unknown> = Promise.resolve();

/** One after the other: a quiet refresh and a tap at once would each get an endpoint, and one of them is dead. */
function subscribe(consent: Consent, more: Options = {}): Promise<Subscribed> {
  const subscribed = working.then(() => subscribeNow(consent, more));
  working = subscribed.catch(() => undefined);
  return subscribed;
}

async function subscribeNow(consent: Consent, { quiet = false, promptVariant }: Options): Promise<Subscribed> {
  const { pushManager } = await prepare();
  let subscription = await pushManager.getSubscription();
  const key = decodeKey(config.vapidPublicKey);
  const used = subscription?.options.applicationServerKey;
  // Pushes signed with another key than the one it was made with are refused, and a second key is no option.
  if (subscription && used && !isSame(new Uint8Array(used), key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });

  const { locale, country } = Beckon.page;
  const state = Beckon.read();
  const visitorId = state.visitorId ?? Beckon.randomId();
  const linkId = state.linkId ?? Beckon.randomId();
  Beckon.save({ visitorId, linkId });
  const events = state.events ?? [];
  const answer = await post("/subscriptions", {
    v: 1,
    visitorId,
    subscription: subscription.toJSON(),
    vapidPublicKey: config.vapidPublicKey,
    consent,
    quiet,
    locale,
    country,
    timezone: timezone(),
    page: location.pathname.slice(0, 500),
    referrer: state.referrer?.slice(0, 2000),
    utm: utmOf(state.query),
    cartToken: state.cartToken,
    linkId,
    promptVariant,
    sentAt: new Date().toISOString(),
    events,
  });
  if (!answer.ok) throw new Error(`The shop answered ${answer.status}.`);

  const subscribed: Subscribed = await answer.json();
  // Its person has ended it, perhaps on another device: nothing is to revive it quietly.
  if (subscribed.state === "ended") {
    await subscription.unsubscribe();
    Beckon.save({ off: true, endpoint: undefined });
    document.dispatchEvent(new CustomEvent("beckon:unsubscribed"));
    return subscribed;
  }
  Beckon.save({
    visitorId: subscribed.visitorId,
    endpoint: subscription.endpoint,
    marketing: consent.marketing,
    off: false,
    events: (Beckon.read().events ?? []).filter((event) => !events.some((sent) => sent.id === event.id)),
  });
  sessionStorage.beckon = config.vapidPublicKey;
  await rememberForWorker(subscribed.visitorId, consent.marketing);
  if (Beckon.allowed() || !quiet) void Beckon.load("cart").then((cart) => cart.link());
  document.dispatchEvent(new CustomEvent("beckon:subscribed"));
  return subscribed;
}

/** Undefined where the browser cannot tell, which some say as "Etc/Unknown". */
function timezone(): string | undefined {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone?.endsWith("Unknown") ? undefined : timeZone;
}

/** Every body is plain text to the browser: no question beforehand, and the app reads JSON whatever it is called. */
function post(path: string, body: object): Promise<Response> {
  return fetch(config.proxyPath + path, { method: "POST", body: JSON.stringify(body), keepalive: true });
}

async function rememberForWorker(visitorId: string, marketing: boolean): Promise<void> {
  const { shop, locale } = Beckon.page;
  const settings = { vapidPublicKey: config.vapidPublicKey, visitorId, shop, locale, marketing };
  // Without it the worker's texts are plainer; nothing else suffers.
  await inStore("settings", "readwrite", (store) => store.put(settings, "settings")).catch(() => undefined);
}

function decodeKey(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
