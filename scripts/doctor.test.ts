import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { AdminApi } from "../app/shopify/admin-api.ts";
import { createKeyring, encrypt } from "../app/encryption.server.ts";
import { vapidContext } from "../app/shopify/install-shop.server.ts";
import { selfSignedCertificate } from "../simulator/push/certificate.ts";
import { createTestStore } from "../tests/support/test-store.ts";
import { describe, diagnose } from "./doctor.ts";
import { checkEncryption } from "./doctor/check-database.ts";
import { checkPushHosts } from "./doctor/check-network.ts";
import { checkShop, declaredScopes } from "./doctor/check-shop.ts";
import type { Finding } from "./doctor/finding.ts";

const NOW = new Date("2026-11-02T12:00:00Z");
const SHOP = "a.myshopify.com";

async function findingsOf(findings: AsyncIterable<Finding>): Promise<string[]> {
  const lines: string[] = [];
  for await (const finding of findings) lines.push(describe(finding));
  return lines;
}

function summary(findings: Finding[]): string[] {
  return findings.map(({ check, state }) => `${check}: ${state}`);
}

async function startPushService(date: Date) {
  const certificate = selfSignedCertificate(["127.0.0.1"], new Date());
  const server = createServer(certificate, (_request, response) => {
    response.setHeader("Date", date.toUTCString());
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return { hosts: [{ host: "127.0.0.1", port }], routes: [], concurrency: 1, ca: certificate.cert };
}

async function installedShop() {
  const store = await createTestStore();
  await store.shops.install(SHOP, [], NOW);
  const shop = await store.shops.get(SHOP);
  if (!shop) throw new Error("The shop was not installed");
  return { store, shop };
}

function adminAnswering(scopes: string[]): AdminApi {
  const data = { currentAppInstallation: { accessScopes: scopes.map((handle) => ({ handle })) } };
  return { query: async <T>() => ({ ok: true as const, data: data as T }) };
}

test("an incomplete environment is all there is to say", async () => {
  const lines = await findingsOf(diagnose({ NODE_ENV: "production", VAPID_SUBJECT: "me" }));

  expect(lines).toHaveLength(5);
  expect(lines.every((line) => line.startsWith("problem  configuration: "))).toBe(true);
  expect(lines.join("\n")).toContain('VAPID_SUBJECT "me" is no contact\n         → Write mailto:');
});

test("goes on after what cannot be reached, and says what to do about each", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

  const lines = await findingsOf(
    diagnose({
      NODE_ENV: "development",
      SHOPIFY_API_KEY: "k",
      SHOPIFY_API_SECRET: "s",
      SHOPIFY_APP_URL: "http://127.0.0.1:1",
      SIMULATED_SHOPIFY_URL: "http://127.0.0.1:9",
      PUSH_HOSTS: "127.0.0.1:9",
      DATABASE_URL: `file:${folder}/none.db`,
    }),
  );

  const starts = lines.map((line) => line.split(":")[0]);
  expect(starts).toEqual([
    "ok       configuration",
    "problem  simulated store",
    "problem  push services",
    "note     clock",
    "problem  address",
    "note     database",
  ]);
});

test("reaches a push service over TLS and compares the clock with its", async () => {
  const push = await startPushService(NOW);
  const at = (ms: number) => () => new Date(NOW.getTime() + ms);

  expect(summary(await checkPushHosts(push, [], at(20_000)))).toEqual(["push services: ok", "clock: ok"]);
  expect(summary(await checkPushHosts(push, [], at(-90_000)))).toEqual(["push services: ok", "clock: problem"]);
  // Its certificate is trusted through PUSH_CA_FILE alone.
  expect(summary(await checkPushHosts({ ...push, ca: null }, [], at(0)))).toEqual([
    "push services: problem",
    "clock: note",
  ]);
});

test("tells a key that no longer decrypts from one that does", async () => {
  const { store } = await installedShop();
  const key = randomBytes(32).toString("base64");
  const privateKey = encrypt(createKeyring([key]), "private", vapidContext(SHOP));
  await store.vapidKeys.ensure(SHOP, { publicKey: "public", privateKey }, NOW);

  expect(summary(await checkEncryption(store, [key], [SHOP]))).toEqual(["encryption: ok"]);
  expect(summary(await checkEncryption(store, [randomBytes(32).toString("base64")], [SHOP]))).toEqual([
    "encryption: problem",
  ]);
});

test("a shop with token, scopes, webhooks and embed is well", async () => {
  const { store, shop } = await installedShop();
  store.database.sqlite
    .prepare(
      "insert into events (shop, source_id, kind, occurred_at, received_at, data) values (?, '1', 'order_created', ?, ?, '{}')",
    )
    .run(SHOP, NOW.getTime(), NOW.getTime());

  const findings = await checkShop(store, adminAnswering(declaredScopes()), { ...shop, embedSeenAt: NOW }, NOW);

  expect(findings.map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
});

test("names what a shop lacks: scopes, webhooks after a day, the embed", async () => {
  const { store, shop } = await installedShop();
  const nextWeek = new Date(NOW.getTime() + 7 * 86_400_000);
  const [, ...granted] = declaredScopes();

  const findings = await checkShop(store, adminAnswering(granted), shop, nextWeek);

  expect(findings.map(({ state }) => state)).toEqual(["problem", "problem", "problem"]);
  expect(findings[0]?.message).toContain(String(declaredScopes()[0]));
});

test("a token that Shopify refuses is a problem with a way out", async () => {
  const { store, shop } = await installedShop();
  const admin: AdminApi = {
    query: async () => ({ ok: false, reason: "revoked", message: "the access token is refused", retryAfterMs: null }),
  };

  const [first] = await checkShop(store, admin, shop, NOW);

  expect(first).toMatchObject({ state: "problem", fix: expect.stringContaining("Open the app") });
});
