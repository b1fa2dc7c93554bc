import type { ApiKey, ApiKeyStore, BegunRequest } from "../../api-keys/api-key-store.ts";
import type { Database } from "./database.server.ts";

const USE_NOTED_EVERY_MS = 60_000;
const ABANDONED_AFTER_MS = 60_000;
/** `status` of a request that has not been answered yet. */
const RUNNING = 0;

type ApiKeyRow = { id: number; name: string; hint: string; createdAt: number; lastUsedAt: number | null };

export function apiKeyStore({ sqlite }: Database): ApiKeyStore {
  const columns = "id, name, hint, created_at as createdAt, last_used_at as lastUsedAt";
  const insert = sqlite.prepare<[string, string, string, string, number], ApiKeyRow>(
    `insert into api_keys (shop, name, hash, hint, created_at) values (?, ?, ?, ?, ?) returning ${columns}`,
  );
  const list = sqlite.prepare<[string], ApiKeyRow>(
    `select ${columns} from api_keys where shop = ? and revoked_at is null order by id desc`,
  );
  const revoke = sqlite.prepare<[number, string, number]>(
    `update api_keys set revoked_at = ? where shop = ? and id = ? and revoked_at is null`,
  );
  const byHash = sqlite.prepare<[string], { id: number; shop: string; lastUsedAt: number | null }>(
    `select id, shop, last_used_at as lastUsedAt from api_keys where hash = ? and revoked_at is null`,
  );
  const noteUse = sqlite.prepare<[number, number]>(`update api_keys set last_used_at = ? where id = ?`);
  const known = sqlite.prepare<
    [string, string],
    { requestHash: string; status: number; body: string; createdAt: number }
  >(
    `select request_hash as requestHash, status, body, created_at as createdAt from idempotency_keys
     where shop = ? and key = ?`,
  );
  const take = sqlite.prepare<[string, string, string, number]>(
    `insert into idempotency_keys (shop, key, request_hash, status, body, created_at) values (?, ?, ?, ${RUNNING}, '', ?)
     on conflict do update set request_hash = excluded.request_hash, created_at = excluded.created_at`,
  );
  const finish = sqlite.prepare<[number, string, string, string]>(
    `update idempotency_keys set status = ?, body = ? where shop = ? and key = ?`,
  );
  const forget = sqlite.prepare<[string, string]>(
    `delete from idempotency_keys where shop = ? and key = ? and status = ${RUNNING}`,
  );
  const begin = sqlite.transaction((shop: string, key: string, requestHash: string, now: number): BegunRequest => {
    const row = known.get(shop, key);
    const isAbandoned = row?.status === RUNNING && now - row.createdAt > ABANDONED_AFTER_MS;
    if (row && !isAbandoned) {
      if (row.requestHash !== requestHash) return { type: "different" };
      if (row.status === RUNNING) return { type: "running" };
      return { type: "answered", status: row.status, body: row.body };
    }
    take.run(shop, key, requestHash, now);
    return { type: "new" };
  });

  return {
    async add(key, now) {
      const row = insert.get(key.shop, key.name, key.hash, key.hint, now.getTime());
      if (!row) throw new Error(`API key of ${key.shop} was not stored`);
      return apiKeyOf(row);
    },

    async list(shop) {
      return list.all(shop).map(apiKeyOf);
    },

    async revoke(shop, id, now) {
      return revoke.run(now.getTime(), shop, id).changes === 1;
    },

    async shopOfHash(hash, now) {
      const row = byHash.get(hash);
      if (!row) return null;

      // The shop clock may have been set back: then the note is simply corrected.
      if (row.lastUsedAt === null || Math.abs(now.getTime() - row.lastUsedAt) > USE_NOTED_EVERY_MS) {
        noteUse.run(now.getTime(), row.id);
      }
      return row.shop;
    },

    async beginRequest(shop, idempotencyKey, requestHash, machineNow) {
      return begin.immediate(shop, idempotencyKey, requestHash, machineNow.getTime());
    },

    async finishRequest(shop, idempotencyKey, answer) {
      finish.run(answer.status, answer.body, shop, idempotencyKey);
    },

    async forgetRequest(shop, idempotencyKey) {
      forget.run(shop, idempotencyKey);
    },
  };
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    ...row,
    createdAt: new Date(row.createdAt),
    lastUsedAt: row.lastUsedAt === null ? null : new Date(row.lastUsedAt),
  };
}
