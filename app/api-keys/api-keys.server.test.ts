import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { createApiKey, shopOfBearer } from "./api-keys.server.ts";

const SHOP = "lamp-shop.myshopify.com";
const NOON = new Date("2026-11-21T12:00:00Z");

test("makes a key that speaks for its shop until it is revoked", async () => {
  const store = await createTestStore();
  const { key, apiKey } = await createApiKey(store, SHOP, "Warehouse", NOON);

  expect(key).toMatch(/^bk_[0-9A-Za-z]{32}$/);
  expect(await shopOfBearer(store, `Bearer ${key}`, NOON)).toBe(SHOP);
  expect(await store.apiKeys.revoke(SHOP, apiKey.id, NOON)).toBe(true);
  expect(await shopOfBearer(store, `Bearer ${key}`, NOON)).toBeNull();
  expect(await store.apiKeys.list(SHOP)).toEqual([]);
});

test("stores no key, only its hash and its last four characters", async () => {
  const store = await createTestStore();
  const { key } = await createApiKey(store, SHOP, "Warehouse", NOON);

  const stored = JSON.stringify(store.database.sqlite.prepare("select * from api_keys").all());

  expect(stored).not.toContain(key.slice(3, 20));
  expect((await store.apiKeys.list(SHOP))[0]).toMatchObject({ name: "Warehouse", hint: key.slice(-4) });
});

test.each([
  null,
  "",
  "Bearer",
  "Bearer bk_short",
  "Basic bk_00000000000000000000000000000000",
  `Bearer bk_${"0".repeat(32)}`,
])("knows nobody by the header %j", async (header) => {
  const store = await createTestStore();
  await createApiKey(store, SHOP, "Warehouse", NOON);

  expect(await shopOfBearer(store, header, NOON)).toBeNull();
});

test("does not let one shop revoke another's key", async () => {
  const store = await createTestStore();
  const { apiKey } = await createApiKey(store, SHOP, "Warehouse", NOON);

  expect(await store.apiKeys.revoke("other-shop.myshopify.com", apiKey.id, NOON)).toBe(false);
});

test("notes when a key was last used, at most once a minute", async () => {
  const store = await createTestStore();
  const { key } = await createApiKey(store, SHOP, "Warehouse", NOON);

  await shopOfBearer(store, `Bearer ${key}`, NOON);
  await shopOfBearer(store, `Bearer ${key}`, new Date(NOON.getTime() + 59_000));

  expect((await store.apiKeys.list(SHOP))[0]?.lastUsedAt).toEqual(NOON);
});

test("keeps the first answer to an idempotency key, for each shop its own", async () => {
  const store = await createTestStore();
  const first = { requestHash: "a", status: 200, body: "{}" };

  await store.apiKeys.keepAnswer(SHOP, "key-1", first, NOON);
  await store.apiKeys.keepAnswer(SHOP, "key-1", { requestHash: "b", status: 201, body: "[]" }, NOON);

  expect(await store.apiKeys.keptAnswer(SHOP, "key-1")).toEqual(first);
  expect(await store.apiKeys.keptAnswer("other-shop.myshopify.com", "key-1")).toBeNull();
});
