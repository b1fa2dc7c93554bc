import { createKeyring, decrypt } from "../../../app/encryption.server.ts";
import type { FaultWorld } from "./fault-world.ts";
import type { Shopper } from "./shoppers.ts";

/** What must never be seen in a log of this run: the keys of the installation, and what lets one push to a shopper. */
export function secretsIn(world: FaultWorld, shoppers: Shopper[]): { name: string; value: string }[] {
  const encryptionKey = String(world.env["ENCRYPTION_KEY"]);
  const keyring = createKeyring(encryptionKey.split(","));
  const vapid = world.query<{ shop: string; private_key: string }>("select shop, private_key from vapid_keys");
  const sessions = world.query<{ id: string; payload: string }>("select id, payload from sessions");
  const browsers = world.query<{ p256dh: string; auth: string }>("select p256dh, auth from subscriptions");
  return [
    { name: "the app's secret", value: world.apiSecret },
    { name: "the REST API's key", value: world.apiToken },
    { name: "the encryption key", value: encryptionKey },
    ...vapid.map(({ shop, private_key }) => ({
      name: "a VAPID private key",
      value: decrypt(keyring, private_key, `vapid:${shop}`),
    })),
    ...sessions.map(({ payload }) => ({ name: "a session", value: payload })),
    ...browsers.flatMap(({ p256dh, auth }) => [
      { name: "a browser's public key", value: p256dh },
      { name: "a browser's auth secret", value: auth },
    ]),
    ...shoppers.map(({ endpoint }) => ({ name: "an endpoint's path", value: new URL(endpoint).pathname })),
  ];
}
