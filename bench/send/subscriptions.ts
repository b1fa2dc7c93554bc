import { createECDH, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** A subscription with the browser's half, so that what arrives can be read. */
export type TestSubscription = {
  endpoint: string;
  p256dh: string;
  auth: string;
  privateKey: string;
};

/** What the programs of the benchmark share, written to one file. */
export type World = {
  origins: string[];
  ca: string;
  vapid: { publicKey: string; privateKey: string };
  subject: string;
  subscriptions: TestSubscription[];
};

/** Distinct key pairs and endpoints, spread evenly over the origins. */
export function makeSubscriptions(count: number, origins: string[]): TestSubscription[] {
  const keys = createECDH("prime256v1");
  return Array.from({ length: count }, (_, index) => {
    keys.generateKeys();
    return {
      endpoint: `${origins[index % origins.length]}/push/${index}-${randomBytes(64).toString("base64url")}`,
      p256dh: keys.getPublicKey("base64url"),
      auth: randomBytes(16).toString("base64url"),
      privateKey: keys.getPrivateKey("base64url"),
    };
  });
}

export function makeVapidKeys(): { publicKey: string; privateKey: string } {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  const scalar = Buffer.concat([Buffer.alloc(32), keys.getPrivateKey()]).subarray(-32);
  return { publicKey: keys.getPublicKey("base64url"), privateKey: scalar.toString("base64url") };
}

export function writeWorld(file: string, world: World): void {
  writeFileSync(file, JSON.stringify(world));
}

export function readWorld(file: string): World {
  return JSON.parse(readFileSync(file, "utf8")) as World;
}

/** About 300 bytes, the size of a cart push, and different for each subscription. */
export function payloadOf(index: number): string {
  const text = JSON.stringify({
    v: 1,
    id: `d_${String(index).padStart(12, "0")}`,
    title: "You left something behind",
    body: "Your Trail Running Jacket is still in your cart. Sizes go fast.",
    url: `https://shop.example.com/apps/beckon/go/${String(index).padStart(12, "0")}`,
    icon: "https://cdn.example.com/icon.png",
  });
  return text.slice(0, -1).concat(`,"p":"${"x".repeat(Math.max(0, 300 - text.length - 7))}"}`);
}
