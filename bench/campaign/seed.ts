import { createHash, randomBytes } from "node:crypto";
import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import { storeOf } from "../../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../../app/store/sqlite/database.server.ts";
import { nameOf } from "./name-of.ts";
import type { World } from "../send/subscriptions.ts";

export const SHOP = "bench.myshopify.com";

/** A shop whose subscribers are signed-in customers with names, in a database of its own. @returns a key for its REST API */
export async function seedShop(file: string, encryptionKey: string, world: World): Promise<string> {
  const database = openDatabase({ file, synchronous: "NORMAL" });
  const { sqlite } = database;
  const store = storeOf(database);
  const now = new Date();
  await store.shops.install(SHOP, [], now);
  // Nobody's night may fall into the benchmark.
  sqlite
    .prepare("update shops set name = 'Bench', settings = ? where shop = ?")
    .run(JSON.stringify({ quietHours: { enabled: true, ...quietHoursFarFrom(now) } }), SHOP);
  const encrypted = encrypt(createKeyring([encryptionKey]), world.vapid.privateKey, `vapid:${SHOP}`);
  await store.vapidKeys.ensure(SHOP, { publicKey: world.vapid.publicKey, privateKey: encrypted }, now);
  const keyId = sqlite.prepare<[], number>("select id from vapid_keys").pluck().get();

  const visitor = sqlite.prepare(
    `insert into visitors (shop, visitor_id, customer_id, first_seen_at, last_signal_at, timezone, tags, aliases)
     values (?, ?, ?, ?, ?, 'UTC', '[]', '{}')`,
  );
  const customer = sqlite.prepare(
    "insert into customers (shop, customer_id, first_name, updated_at) values (?, ?, ?, ?)",
  );
  const subscription = sqlite.prepare(
    `insert into subscriptions (id, shop, visitor_id, endpoint, endpoint_hash, p256dh, auth, vapid_key_id, push_service, origin,
       proxy_path, state, locale, timezone, consent_marketing, muted_kinds, created_at, last_seen_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'https://shop.example.com', '/apps/beckon', 'active', 'en', 'UTC', 1, '[]', ?, ?)`,
  );
  const at = now.getTime();
  sqlite.transaction(() => {
    for (const [index, { endpoint, p256dh, auth }] of world.subscriptions.entries()) {
      const id = randomBytes(12).toString("base64url");
      // As in a browser: in no order that the subscriptions have.
      const visitorId = randomBytes(12).toString("base64url");
      const hash = createHash("sha256").update(endpoint).digest("hex");
      visitor.run(SHOP, visitorId, String(index), at, at);
      customer.run(SHOP, String(index), nameOf(index), at);
      subscription.run(
        id,
        SHOP,
        visitorId,
        endpoint,
        hash,
        p256dh,
        auth,
        keyId,
        new URL(endpoint).host,
        at - index,
        at - index,
      );
    }
  })();
  const { key } = await createApiKey(store, SHOP, "bench", now);
  await store.close();
  return key;
}

function quietHoursFarFrom(now: Date): { start: string; end: string } {
  const hour = String((now.getUTCHours() + 12) % 24).padStart(2, "0");
  return { start: `${hour}:00`, end: `${hour}:30` };
}
