import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifySessionToken } from "./oauth/session-token.ts";
import { isInstalled } from "./sim.ts";
import { startSim } from "./testing/start-sim.ts";
import type { TestSim } from "./testing/start-sim.ts";

let run: TestSim;
beforeEach(async () => {
  run = await startSim({ isInstalled: false });
});
afterEach(() => run.close());

test("installing grants the declared scopes and opens the app as the admin does", async () => {
  const { status, body } = await run.post("/_sim/install", {});

  const [opened] = run.app.opened;
  const given = opened?.searchParams ?? new URLSearchParams();
  expect(status).toBe(200);
  expect(body).toMatchObject({ installed: true, embed: true });
  expect(run.sim.state.installation?.scopes).toContain("write_discounts");
  expect(given.get("shop")).toBe("test-shop.myshopify.com");
  expect(given.get("embedded")).toBe("1");
  expect(Buffer.from(given.get("host") ?? "", "base64").toString()).toBe("admin.shopify.com/store/test-shop");
  expect(verifySessionToken(run.sim, given.get("id_token") ?? "")).toMatchObject({ aud: "test-key" });
});

test("the address it opens is signed", async () => {
  await run.post("/_sim/install", {});

  const parameters = [...(run.app.opened[0]?.searchParams ?? [])].filter(([name]) => name !== "hmac");
  const message = parameters
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const hmac = createHmac("sha256", "test-secret").update(message).digest("hex");
  expect(run.app.opened[0]?.searchParams.get("hmac")).toBe(hmac);
});

test("an app that does not open is told", async () => {
  run.app.status = 500;

  expect((await run.post("/_sim/install", {})).status).toBe(502);
});

test("after a new installation shop/redact no longer comes", async () => {
  await run.post("/_sim/install", {});
  await run.post("/_sim/uninstall", {});
  const wasInstalled = isInstalled(run.sim);
  await run.post("/_sim/install", {});
  await run.post("/_sim/clock", { advance: "PT49H" });

  expect(wasInstalled).toBe(false);
  expect(isInstalled(run.sim)).toBe(true);
  expect(run.received.map(({ topic }) => topic)).toEqual(["app/uninstalled"]);
});

test("an uninstall can send shop/redact at once", async () => {
  await run.post("/_sim/install", {});

  await run.post("/_sim/uninstall", { redact: true });

  expect(run.received.map(({ topic }) => topic)).toEqual(["app/uninstalled", "shop/redact"]);
});

test("what the app kept in the shop goes with it", async () => {
  await run.post("/_sim/install", {});
  const token = await run.accessToken();
  await run.graphql(`mutation { webPixelCreate(webPixel: { settings: "{}" }) { userErrors { code } } }`, {}, token);

  await run.post("/_sim/uninstall", {});

  expect(run.sim.state).toMatchObject({ webPixel: null, theme: { isEmbedOn: false } });
});
