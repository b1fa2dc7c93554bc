import { inStore } from "../shared-store.ts";
import { self } from "./scope.ts";

/** Kept at most: who is offline for weeks does not come back with hundreds. */
const KEPT = 50;

type Receipt = { v: 1; token: string; type: string; action: string | null; at: string };

/** Tells the app what became of a notification. Without a network it is kept, and sent when there is one again. */
export async function report(type: string, token: string | undefined, action?: string): Promise<void> {
  if (!token) return;
  const receipt: Receipt = { v: 1, token, type, action: action || null, at: new Date().toISOString() };
  if (await send(receipt)) return sendReceipts();
  await inStore("receipts", "readwrite", (store) => store.add(receipt));
  await self.registration.sync?.register("receipts");
}

let sending: Promise<void> = Promise.resolve();

/** Sends what was kept, oldest first, until one does not get through. One after the other, so that none goes twice. */
export function sendReceipts(): Promise<void> {
  return (sending = sending.then(sendKept, sendKept));
}

async function sendKept(): Promise<void> {
  const keys = await inStore("receipts", "readonly", (store) => store.getAllKeys());
  for (const [i, key] of keys.entries()) {
    const receipt: Receipt | undefined = await inStore("receipts", "readonly", (store) => store.get(key));
    if (receipt && i >= keys.length - KEPT && !(await send(receipt))) return;
    await inStore("receipts", "readwrite", (store) => store.delete(key));
  }
}

/** False when it may be tried again: no network, too many at once, or the app is away. */
async function send(receipt: Receipt): Promise<boolean> {
  const body = JSON.stringify({ ...receipt, sentAt: new Date().toISOString() });
  const app = self.BECKON_APP;
  for (const url of [self.registration.scope, ...(app ? [app + "/"] : [])]) {
    try {
      const { status } = await fetch(url + "receipts", { method: "POST", body });
      // 404: the merchant has moved the app's path since this worker was registered.
      if (status !== 404 && status !== 429 && status < 500) return true;
    } catch {
      // The next address, or later.
    }
  }
  return false;
}
