import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { API_SECRET, createEdgeApp, FIREFOX } from "../tests/support/edge-app.ts";
import { setServices } from "./services.server.ts";
import { addDocumentResponseHeaders, appBridgeUrl, authenticate } from "./shopify.server.ts";

const STORE = "http://127.0.0.1:4999";
const APP = "https://beckon.test";

async function simulated() {
  const app = await createEdgeApp();
  setServices({ ...app.services, config: { ...app.services.config, simulatedShopifyUrl: STORE } });
}

async function thrownBy(work: Promise<unknown>): Promise<Response> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Response)) throw new Error("no Response was thrown", { cause: thrown });
  return thrown;
}

const ask = (path: string, headers: Record<string, string> = {}) =>
  authenticate.admin(new Request(`${APP}${path}`, { headers: { "user-agent": FIREFOX, ...headers } }));

test("the bounce page loads App Bridge from Shopify, in a simulation from the simulated store", async () => {
  await createEdgeApp();
  expect(await (await thrownBy(ask("/auth/session-token"))).text()).toContain(
    "https://cdn.shopify.com/shopifycloud/app-bridge.js",
  );
  expect(appBridgeUrl()).toContain("cdn.shopify.com");

  await simulated();
  const page = await (await thrownBy(ask("/auth/session-token"))).text();
  expect(page).toContain(`${STORE}/_sim/app-bridge.js`);
  expect(page).not.toContain("cdn.shopify.com");
});

test("pages may be embedded by Shopify's admin, and by the simulated one only in a simulation", async () => {
  const request = new Request(`${APP}/app?shop=harbour.myshopify.com`);
  await createEdgeApp();
  const real = new Headers();
  addDocumentResponseHeaders(request, real);
  expect(real.get("content-security-policy")).toMatch(
    /^frame-ancestors https:\/\/harbour\.myshopify\.com https:\/\/admin\.shopify\.com/,
  );
  expect(real.get("content-security-policy")).not.toContain("127.0.0.1");

  await simulated();
  const demo = new Headers();
  addDocumentResponseHeaders(request, demo);
  expect(demo.get("content-security-policy")).toContain(STORE);
  expect(demo.get("link")).toBeNull();
});

test("who comes without a shop or a token is sent to log in or to fetch one", async () => {
  await createEdgeApp();
  expect((await thrownBy(ask("/app"))).headers.get("location")).toContain("/auth/login");
  const host = Buffer.from("admin.shopify.com/store/harbour").toString("base64");
  const bounced = await thrownBy(ask(`/app?embedded=1&shop=harbour.myshopify.com&host=${host}`));
  expect(bounced.headers.get("location")).toContain("/auth/session-token");
});

test("a token signed by another, for another app or ended is refused, with the header App Bridge understands", async () => {
  await createEdgeApp();
  const token = (secret: string, claims: Record<string, unknown>) =>
    new SignJWT({ dest: "https://harbour.myshopify.com", aud: "edge-key", sub: "1", ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(secret));
  const now = Math.floor(Date.now() / 1000);
  const tokens = [
    await token("another", { exp: now + 60, nbf: now }),
    await token(API_SECRET, { exp: now + 60, nbf: now, aud: "another-app" }),
    await token(API_SECRET, { exp: now - 60, nbf: now - 120 }),
    "nonsense",
  ];
  for (const bearer of tokens) {
    const refused = await thrownBy(ask("/app", { authorization: `Bearer ${bearer}` }));
    expect(refused.status).toBe(401);
    expect(refused.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
  }
});
