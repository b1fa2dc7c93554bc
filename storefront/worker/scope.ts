// TypeScript's DOM and WebWorker libraries cannot be loaded side by side; this is the part of a worker's world used here.

type Extendable = Event & { waitUntil(work: Promise<unknown>): void };

declare global {
  interface PushSubscriptionChangeEvent extends Event {
    oldSubscription?: PushSubscription | null;
    newSubscription?: PushSubscription | null;
    waitUntil(work: Promise<unknown>): void;
  }
}

export type PushEvent = Extendable & {
  data: { json(): unknown } | null;
  /** Declarative Web Push: the notification that the browser made of the message. */
  notification?: Notification | null;
};

type NotificationEvent = Extendable & { notification: Notification; action: string };

type WorkerScope = {
  registration: ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  clients: {
    claim(): Promise<void>;
    openWindow(url: string): Promise<unknown>;
    matchAll(options: object): Promise<{ url: string; visibilityState: string }[]>;
  };
  navigator: Navigator;
  location: Location;
  /** Origin of the app, when the served script names it: receipts go there when the shop's own path fails. */
  BECKON_APP?: string;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install", listener: (event: Extendable) => void): void;
  addEventListener(type: "activate" | "sync", listener: (event: Extendable) => void): void;
  addEventListener(type: "push", listener: (event: PushEvent) => void): void;
  addEventListener(type: "notificationclick" | "notificationclose", listener: (event: NotificationEvent) => void): void;
  addEventListener(type: "pushsubscriptionchange", listener: (event: PushSubscriptionChangeEvent) => void): void;
};

const scope = globalThis as unknown as WorkerScope;

export { scope as self };
