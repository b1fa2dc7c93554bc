import { randomBytes } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { createKeyring } from "../encryption.server.ts";
import { createSessionStorage } from "./session-storage.server.ts";

const SHOP = "example.myshopify.com";
const now = () => new Date("2026-11-02T12:00:00Z");
const newKey = () => randomBytes(32).toString("base64");

function buildSession(changes: Partial<ConstructorParameters<typeof Session>[0]> = {}): Session {
  return new Session({
    id: `offline_${SHOP}`,
    shop: SHOP,
    state: "",
    isOnline: false,
    scope: "read_orders,write_discounts",
    accessToken: "shpat_access",
    expires: new Date("2026-11-02T13:00:00Z"),
    refreshToken: "shprt_refresh",
    refreshTokenExpires: new Date("2027-01-31T12:00:00Z"),
    ...changes,
  });
}

test("loads a session as it was stored, refresh token and expiry included", async () => {
  const store = await createTestStore();
  const storage = createSessionStorage(store, createKeyring([newKey()]), now);
  const session = buildSession();

  await storage.storeSession(session);

  const loaded = await storage.loadSession(session.id);
  expect(loaded?.toObject()).toEqual(session.toObject());
  expect(loaded).toBeInstanceOf(Session);
  expect(await storage.loadSession("offline_other.myshopify.com")).toBeUndefined();
});

test("no token lies in the database as it is", async () => {
  const store = await createTestStore();
  const storage = createSessionStorage(store, createKeyring([newKey()]), now);

  await storage.storeSession(buildSession());

  const everything = JSON.stringify(store.database.sqlite.prepare("select * from sessions").all());
  expect(everything).not.toContain("shpat_access");
  expect(everything).not.toContain("shprt_refresh");
  expect(everything).toContain(SHOP);
});

test("storing a session again replaces it", async () => {
  const store = await createTestStore();
  const storage = createSessionStorage(store, createKeyring([newKey()]), now);

  await Promise.all([
    storage.storeSession(buildSession()),
    storage.storeSession(buildSession({ accessToken: "shpat_second" })),
  ]);

  const sessions = await storage.findSessionsByShop(SHOP);
  expect(sessions.map(({ accessToken }) => accessToken)).toEqual(["shpat_second"]);
});

test("after a key rotation sessions still load, and move to the new key when stored again", async () => {
  const store = await createTestStore();
  const [oldKey, freshKey] = [newKey(), newKey()];
  await createSessionStorage(store, createKeyring([oldKey]), now).storeSession(buildSession());
  const rotated = createSessionStorage(store, createKeyring([freshKey, oldKey]), now);

  const session = await rotated.loadSession(`offline_${SHOP}`);
  expect(session?.accessToken).toBe("shpat_access");

  await rotated.storeSession(session ?? buildSession());
  const afterwards = createSessionStorage(store, createKeyring([freshKey]), now);
  expect((await afterwards.loadSession(`offline_${SHOP}`))?.refreshToken).toBe("shprt_refresh");
});

test("a session no key decrypts, or moved to another id, counts as absent and is told", async () => {
  const store = await createTestStore();
  const keyring = createKeyring([newKey()]);
  await createSessionStorage(store, keyring, now).storeSession(buildSession());
  const unreadable: string[] = [];
  const onUnreadable = (id: string) => unreadable.push(id);

  const withOtherKey = createSessionStorage(store, createKeyring([newKey()]), now, onUnreadable);
  expect(await withOtherKey.loadSession(`offline_${SHOP}`)).toBeUndefined();
  expect(await withOtherKey.findSessionsByShop(SHOP)).toEqual([]);

  store.database.sqlite.prepare("update sessions set id = 'offline_thief.myshopify.com'").run();
  const withRightKey = createSessionStorage(store, keyring, now, onUnreadable);
  expect(await withRightKey.loadSession("offline_thief.myshopify.com")).toBeUndefined();
  expect(unreadable).toHaveLength(3);
});

test("deletes by id, and everything of a shop", async () => {
  const store = await createTestStore();
  const storage = createSessionStorage(store, createKeyring([newKey()]), now);
  for (const id of ["a", "b", "c"]) await storage.storeSession(buildSession({ id }));
  await storage.storeSession(buildSession({ id: "d", shop: "other.myshopify.com" }));

  await storage.deleteSession("a");
  await storage.deleteSessions([]);
  expect(await storage.findSessionsByShop(SHOP)).toHaveLength(2);

  await store.sessions.deleteOfShop(SHOP);
  expect(await storage.findSessionsByShop(SHOP)).toEqual([]);
  expect(await storage.findSessionsByShop("other.myshopify.com")).toHaveLength(1);
});

test("rejects when the database fails, instead of pretending that there is no session", async () => {
  const store = await createTestStore();
  const storage = createSessionStorage(store, createKeyring([newKey()]), now);
  store.database.sqlite.close();

  await expect(storage.loadSession("a")).rejects.toThrow("not open");
  await expect(storage.storeSession(buildSession())).rejects.toThrow("not open");
});
