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

test("answers a repeated request as the first time, for each shop its own", async () => {
  const store = await createTestStore();
  expect(await store.apiKeys.beginRequest(SHOP, "key-1", "a", NOON)).toEqual({ type: "new" });
  expect(await store.apiKeys.beginRequest(SHOP, "key-1", "a", NOON)).toEqual({ type: "running" });

  await store.apiKeys.finishRequest(SHOP, "key-1", { status: 202, body: "{}" });

  expect(await store.apiKeys.beginRequest(SHOP, "key-1", "a", NOON)).toEqual({
    type: "answered",
    status: 202,
    body: "{}",
  });
  expect(await store.apiKeys.beginRequest(SHOP, "key-1", "b", NOON)).toEqual({ type: "different" });
  expect(await store.apiKeys.beginRequest("other-shop.myshopify.com", "key-1", "a", NOON)).toEqual({ type: "new" });
});

test("lets a key be used again when its request failed or its process died", async () => {
  const store = await createTestStore();
  await store.apiKeys.beginRequest(SHOP, "failed", "a", NOON);
  await store.apiKeys.forgetRequest(SHOP, "failed");
  await store.apiKeys.beginRequest(SHOP, "died", "a", NOON);

  expect(await store.apiKeys.beginRequest(SHOP, "failed", "b", NOON)).toEqual({ type: "new" });
  expect(await store.apiKeys.beginRequest(SHOP, "died", "b", new Date(NOON.getTime() + 61_000))).toEqual({
    type: "new",
  });
});
