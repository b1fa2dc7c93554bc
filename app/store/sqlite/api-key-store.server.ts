import type { ApiKey, ApiKeyStore, KeptAnswer } from "../../api-keys/api-key-store.ts";
import type { Database } from "./database.server.ts";

const USE_NOTED_EVERY_MS = 60_000;

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
  const keptAnswer = sqlite.prepare<[string, string], KeptAnswer>(
    `select request_hash as requestHash, status, body from idempotency_keys where shop = ? and key = ?`,
  );
  const keepAnswer = sqlite.prepare<[string, string, string, number, string, number]>(
    `insert into idempotency_keys (shop, key, request_hash, status, body, created_at) values (?, ?, ?, ?, ?, ?)
     on conflict do nothing`,
  );

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

    async keptAnswer(shop, idempotencyKey) {
      return keptAnswer.get(shop, idempotencyKey) ?? null;
    },

    async keepAnswer(shop, idempotencyKey, answer, machineNow) {
      keepAnswer.run(shop, idempotencyKey, answer.requestHash, answer.status, answer.body, machineNow.getTime());
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
