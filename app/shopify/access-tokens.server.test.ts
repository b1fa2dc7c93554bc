import { randomBytes } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { createKeyring } from "../encryption.server.ts";
import { createAccessTokens } from "./access-tokens.server.ts";
import { createSessionStorage } from "./session-storage.server.ts";

const SHOP = "harbour.myshopify.com";
const START = Date.parse("2026-11-02T12:00:00Z");
const HOUR = 3_600_000;

/** A Shopify that gives every refresh a new pair, and several processes that share a database. */
async function createWorld({ status = 200 }: { status?: number } = {}) {
  const store = await createTestStore();
  await store.shops.install(SHOP, [], new Date(START));
  const keyring = createKeyring([randomBytes(32).toString("base64")]);
  const clock = { now: START };
  const machineNow = () => new Date(clock.now);
  const asked: unknown[] = [];
  const storage = createSessionStorage(store, keyring, machineNow);
  const newProcess = () =>
    createAccessTokens({
      storage: createSessionStorage(store, keyring, machineNow),
      shops: store.shops,
      apiKey: "key",
      apiSecret: "secret",
      machineNow,
      pause: async (ms) => {
        clock.now += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
      fetch: async (_input, init) => {
        asked.push(JSON.parse(String(init?.body)));
        await new Promise((resolve) => setImmediate(resolve));
        const n = asked.length;
        return Response.json(
          {
            access_token: `access-${n}`,
            scope: "read_orders",
            expires_in: 3600,
            refresh_token: `refresh-${n}`,
            refresh_token_expires_in: 7_776_000,
          },
          { status },
        );
      },
    });
  await storage.storeSession(
    new Session({
      id: `offline_${SHOP}`,
      shop: SHOP,
      state: "",
      isOnline: false,
      accessToken: "access-0",
      expires: new Date(START + HOUR),
      refreshToken: "refresh-0",
      refreshTokenExpires: new Date(START + 90 * 24 * HOUR),
    }),
  );
  return { store, storage, clock, asked, newProcess };
}

test("a token that is good for a while is given as it is", async () => {
  const { newProcess, asked } = await createWorld();

  expect(await newProcess().get(SHOP)).toBe("access-0");
  expect(asked).toEqual([]);
});

test("many requests at once, in several processes, refresh once", async () => {
  const { newProcess, asked, clock } = await createWorld();
  clock.now += HOUR;
  const [one, two] = [newProcess(), newProcess()];

  const tokens = await Promise.all([one, two, one, two, one, two].map((source) => source.get(SHOP)));

  expect(new Set(tokens)).toEqual(new Set(["access-1"]));
  expect(asked).toEqual([
    { client_id: "key", client_secret: "secret", grant_type: "refresh_token", refresh_token: "refresh-0" },
  ]);
});

test("the new refresh token is stored, and used the next time", async () => {
  const { newProcess, asked, clock } = await createWorld();
  const tokens = newProcess();
  clock.now += HOUR;
  await tokens.get(SHOP);
  clock.now += HOUR;

  expect(await tokens.get(SHOP)).toBe("access-2");
  expect(asked[1]).toMatchObject({ refresh_token: "refresh-1" });
});

test("a token Shopify refused is replaced although it has not ended", async () => {
  const { newProcess } = await createWorld();
  const tokens = newProcess();

  expect(await tokens.get(SHOP, "access-0")).toBe("access-1");
  // Somebody else's refusal of the old one costs no second refresh.
  expect(await tokens.get(SHOP, "access-0")).toBe("access-1");
});

test("a refused refresh means there is no token, a failing one throws", async () => {
  const refused = await createWorld({ status: 400 });
  refused.clock.now += HOUR;
  expect(await refused.newProcess().get(SHOP)).toBeNull();

  const failing = await createWorld({ status: 503 });
  failing.clock.now += HOUR;
  await expect(failing.newProcess().get(SHOP)).rejects.toThrow("503");
});

test("a process that died while it refreshed blocks the others only for a while", async () => {
  const { newProcess, store, clock } = await createWorld();
  clock.now += HOUR;
  await store.shops.lockTokenRefresh(SHOP, new Date(clock.now), new Date(clock.now + 20_000));

  expect(await newProcess().get(SHOP)).toBe("access-1");
});

test("an uninstalled shop has no token", async () => {
  const { newProcess, store } = await createWorld();
  await store.sessions.deleteOfShop(SHOP);

  expect(await newProcess().get(SHOP)).toBeNull();
});
