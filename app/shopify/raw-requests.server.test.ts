import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { API_SECRET, createEdgeApp, SHOP } from "../../tests/support/edge-app.ts";
import { answerRaw } from "./raw-requests.server.ts";

test("a webhook is recorded and answered without the framework, a repeat once", async () => {
  const { store, post } = await setUp();
  const body = JSON.stringify({ token: "t1", line_items: [] });

  const first = await post(body);
  const repeat = await post(body);

  expect([first.status, repeat.status]).toEqual([200, 200]);
  expect(await first.text()).toBe("");
  expect(first.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await store.events.unprocessed(SHOP, 10)).toHaveLength(1);
});

test("what the route refuses is refused here alike", async () => {
  const { post, store } = await setUp();

  expect((await post("{}", { "x-shopify-hmac-sha256": "d3Jvbmc=" })).status).toBe(401);
  expect((await post("not JSON")).status).toBe(400);
  const missing = await post("{}", { "x-shopify-hmac-sha256": "" });
  expect(missing.status).toBe(400);
  expect(missing.headers.get("content-type")).toBe("application/problem+json");
  expect(await missing.json()).toMatchObject({ status: 400 });
  expect(await store.events.unprocessed(SHOP, 10)).toEqual([]);
});

test("a body above 10 MB is read to its end and refused", async () => {
  const { post } = await setUp();

  expect((await post("x".repeat(11 * 1024 * 1024))).status).toBe(413);
});

test("a body that never ends is cut off after the answer", async () => {
  const { port } = await setUp();
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    `POST /webhooks HTTP/1.1\r\nHost: x\r\nX-Shopify-Hmac-Sha256: eA==\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
  let answer = "";
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (part) => (answer += part.toString()));
  const feed = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", feed);
  feed();

  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("other paths and methods are left to the app, untouched", async () => {
  const { port } = await setUp();

  expect((await fetch(`http://127.0.0.1:${port}/webhooks`)).status).toBe(299);
  expect((await fetch(`http://127.0.0.1:${port}/webhooks/x`, { method: "POST", body: "{}" })).status).toBe(299);
});

test("storefront events are recorded without the framework, and refused in the same order", async () => {
  const { postEvents, store } = await setUp();
  const event = { id: "event-one", type: "page_viewed", at: new Date().toISOString(), data: {} };
  const batch = JSON.stringify({ v: 1, visitorId: "visitor-one", sentAt: new Date().toISOString(), events: [event] });

  const taken = await postEvents(batch);

  expect([taken.status, await taken.text()]).toEqual([202, ""]);
  expect(await store.events.unprocessed(SHOP, 10)).toMatchObject([{ kind: "page_viewed", visitorId: "visitor-one" }]);
  expect((await postEvents("x".repeat(70_000), { signature: "00" })).status).toBe(400);
  expect((await postEvents("x".repeat(1_000_000))).status).toBe(413);
  expect((await postEvents(batch, {}, { "content-encoding": "gzip" })).status).toBe(415);
  const misshapen = await postEvents(JSON.stringify({ v: 1 }));
  expect(misshapen.status).toBe(400);
  expect(misshapen.headers.get("content-type")).toBe("application/problem+json");
  expect(await store.events.unprocessed(SHOP, 10)).toHaveLength(1);
});

async function setUp() {
  const { store, proxyUrl } = await createEdgeApp();
  const server = createServer((request, response) => {
    if (!answerRaw(request, response)) response.writeHead(299).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}/webhooks`, {
      method: "POST",
      headers: {
        "x-shopify-topic": "checkouts/update",
        "x-shopify-shop-domain": SHOP,
        "x-shopify-webhook-id": "one",
        "x-shopify-hmac-sha256": createHmac("sha256", API_SECRET).update(body).digest("base64"),
        ...headers,
      },
      body,
    });
  }

  function postEvents(body: string, changes: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const url = new URL(proxyUrl("events"));
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { method: "POST", body, headers });
  }
  return { store, port, post, postEvents };
}
