import { createHmac } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { selfSignedCertificate } from "../../simulator/push/certificate.ts";
import { createWorld, SHOP } from "../../tests/support/journey-world.ts";
import type { CallWebhookPayload } from "../journeys/outgoing-webhook.ts";
import { webhookSecret } from "../journeys/webhook-secret.server.ts";
import { createPostWebhook } from "../sender/post-webhook.server.ts";
import { callWebhookHandler } from "./call-webhook.server.ts";

const payload: CallWebhookPayload = {
  shop: SHOP,
  runId: 7,
  url: "https://hooks.example/left?key=1",
  body: {
    id: "7-1",
    type: "journey_step",
    shop: SHOP,
    journey: "cart_recovery",
    step: "1",
    visitorId: "ada",
    customerId: null,
    at: "2026-11-02T12:00:00.000Z",
  },
};

/** A merchant's system that answers with these statuses, one after the other. */
async function receiver(...statuses: number[]) {
  const world = await createWorld();
  const { cert, key } = selfSignedCertificate(["hooks.example"], new Date());
  const heard: { path: string | undefined; signature: string; body: string }[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      heard.push({ path: request.url, signature: String(request.headers["beckon-signature"]), body });
      response.writeHead(statuses[heard.length - 1] ?? 200, { location: "https://elsewhere.example/" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const routes = [{ host: "hooks.example", address: "127.0.0.1", port }];
  const handler = callWebhookHandler({ ...world, postWebhook: createPostWebhook({ routes, ca: cert }) });
  const call = (attempt: number) =>
    handler(
      { id: 1, kind: "call-webhook", key: null, payload, runAt: world.clock.now(), attempt, maxAttempts: 3 },
      new AbortController().signal,
    );
  return { world, heard, call };
}

test("tells the system, signed with the shop's secret, and writes down that it took it", async () => {
  const { world, heard, call } = await receiver(204);

  await call(1);

  const [request] = heard;
  expect(request?.path).toBe("/left?key=1");
  expect(JSON.parse(request?.body ?? "")).toEqual(payload.body);
  const secret = (await webhookSecret(world.store, world.keyring, SHOP)) ?? "";
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request?.signature ?? "") ?? [];
  expect(createHmac("sha256", secret).update(`${seconds}.${request?.body}`).digest("hex")).toBe(signature);
  expect(world.ledger()).toEqual(["cart_recovery 1 sent webhook_delivered"]);
});

test("tries again while the system is at fault, and gives up after the last time", async () => {
  const { world, heard, call } = await receiver(500, 503, 500);

  await expect(call(1)).rejects.toThrow("hooks.example answered 500");
  await expect(call(2)).rejects.toThrow("503");
  await call(3);

  expect(heard).toHaveLength(3);
  expect(world.ledger()).toEqual(["cart_recovery 1 dropped webhook_failed"]);
});

test.each([302, 400, 404])("takes %d for an answer, and follows nothing", async (status) => {
  const { world, heard, call } = await receiver(status);

  await call(1);

  expect(heard).toHaveLength(1);
  expect(world.ledger()).toEqual(["cart_recovery 1 dropped webhook_failed"]);
});

test("connects to no machine that is not on the public internet", async () => {
  const post = createPostWebhook({ routes: [], ca: null });
  expect(await post(new URL("https://localhost/"), {}, "{}")).toEqual({ status: null, cause: "EBLOCKEDADDRESS" });
});
