import { page, permission } from "./page.ts";
import { randomId, read, save } from "./state.ts";

/** What who has not subscribed may have waiting: it costs the shop nothing until there is somebody to serve. */
const BUFFERED = 20;
const PER_REQUEST = 50;

export function isSubscriber(): boolean {
  return permission() === "granted" && !!read().endpoint;
}

/** Keeps an event. Of cart states only the newest is worth a message, so it takes the place of an older one. */
export function track(type: string, data: Record<string, unknown> = {}, now?: boolean): void {
  const waiting = (read().events || []).filter((event) => type !== "cart_updated" || event.type !== type);
  waiting.push({ id: randomId(), type, at: new Date().toISOString(), data });
  save({ events: waiting.slice(isSubscriber() ? -PER_REQUEST : -BUFFERED) });
  if (now) void flush();
}

/**
 * Sends what is waiting, if this browser has subscribed. What could not be sent stays for the next time; what is sent
 * twice, by two tabs or two calls, has the same id and counts once.
 */
export async function flush(isLeaving?: boolean): Promise<void> {
  const { events = [], visitorId } = read();
  if (!isSubscriber() || !events.length) return;

  const url = page.config.proxyPath + "/events";
  // Plain text: nothing is asked beforehand, and a beacon and a fetch look the same to the app.
  const body = JSON.stringify({ v: 1, visitorId, sentAt: new Date().toISOString(), events });
  // A beacon outlives the page, but tells nothing: offline it would be lost, so it is kept then.
  let isTaken = isLeaving && navigator.onLine && navigator.sendBeacon(url, body);
  if (!isTaken) {
    const status = await fetch(url, { method: "POST", body, keepalive: true }).then(
      (answer) => answer.status,
      () => 500,
    );
    isTaken = status < 500 && status !== 429;
  }
  if (isTaken) save({ events: read().events!.filter((event) => !events.some((sent) => sent.id === event.id)) });
}
