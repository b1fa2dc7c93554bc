import { expect, test } from "vitest";
import { createLogger, withoutSecretText } from "./log.server.ts";

function buildLogger() {
  const lines: string[] = [];
  const log = createLogger("debug", { write: (line: string) => void lines.push(line) });
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "{}") };
}

test("writes one JSON line for each event", () => {
  const { log, lines, last } = buildLogger();

  log.info({ jobId: 7, shop: "a.myshopify.com" }, "job finished");

  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith("}\n")).toBe(true);
  expect(last()).toMatchObject({ level: "info", msg: "job finished", jobId: 7, shop: "a.myshopify.com" });
});

test("keeps the host of a push endpoint and nothing after it", () => {
  const { log, lines } = buildLogger();

  log.warn({ url: "https://fcm.googleapis.com/fcm/send/abc:def-secret?x=1" }, "sent to wss://push.example.com/secret");
  log.error({ err: new Error("POST https://updates.push.services.mozilla.com/wpush/v2/gAAA-secret failed") });

  const text = lines.join("");
  expect(text).not.toContain("secret");
  expect(text).toContain("https://fcm.googleapis.com/…");
  expect(text).toContain("https://updates.push.services.mozilla.com/…");
});

test("takes out values whose name says that they are secret, at any depth", () => {
  const { log, lines } = buildLogger();
  const secret = "hush";

  log.info({
    token: secret,
    keys: { p256dh: secret, auth: secret },
    session: { accessToken: secret, refreshToken: secret, list: [{ apiKey: secret }] },
    headers: { Authorization: secret, cookie: secret },
    customer: { email: secret, firstName: secret, phone: secret },
    vapid: { privateKey: secret },
    endpoint: secret,
    key: "run:1",
  });

  expect(lines[0]).not.toContain(secret);
  expect(lines[0]).toContain("run:1");
});

test("takes e-mail addresses and tokens out of any text", () => {
  const text = withoutSecretText(
    "jo.smith+x@shop.example.com used shpat_0a1b2c and eyJkIjoiMTIzNDU2In0.Zm9vYmFy at noon",
  );

  expect(text).toBe("[e-mail] used [redacted] and [redacted] at noon");
});
