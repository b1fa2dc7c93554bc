import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import type { Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selfSignedCertificate } from "../../simulator/push/certificate.ts";
import { createPushClient } from "../../simulator/push/client.ts";
import { createReceiverKeys, decryptPush } from "../../simulator/push/decrypt.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import type { PushService } from "../../simulator/push/push-service.ts";
import { freePorts } from "../support/start-demo.ts";
import { ask } from "./stranger.ts";

// The demo as another program starts it: what it prints, what of the environment it heeds, how it speeds, and how it ends.

const ROOT = path.join(import.meta.dirname, "..", "..");
const SPEED = 600;
const folder = mkdtempSync(path.join(tmpdir(), "beckon-demo-test-"));
const databaseFile = path.join(folder, "shop.db");
const lines: string[] = [];

type Ready = {
  event: string;
  app: string;
  store: string;
  push: string;
  pushCa: string;
  shop: string;
  apiKey: string;
  apiSecret: string;
  apiToken: string;
  speed: number;
  clock: { real: string; shop: string };
  pids: { app: number; store: number; push: number };
};

let demo: ChildProcess;
let ready: Ready;
let pushService: PushService;
let apple: Http2SecureServer;
const appleRequests: { headers: Record<string, unknown>; body: Buffer }[] = [];
let exitCode: Promise<number | null>;

beforeAll(async () => {
  pushService = await startPushService();
  const certificate = selfSignedCertificate(["web.push.apple.com"], new Date());
  apple = createSecureServer(
    { key: certificate.key, cert: certificate.cert, allowHTTP1: true },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        appleRequests.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(201).end();
      });
    },
  );
  await new Promise<void>((resolve) => apple.listen(0, "127.0.0.1", resolve));
  writeFileSync(path.join(folder, "ca.pem"), `${pushService.ca}\n${certificate.cert}`);
  demo = spawn(
    process.execPath,
    ["scripts/demo.ts", "--json", "--port", String(await freePorts(4)), "--speed", String(SPEED)],
    {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        // Wins over the demo's own.
        DATABASE_URL: `file:${databaseFile}`,
        VAPID_SUBJECT: "mailto:outside@example.com",
        METRICS_TOKEN: "outside-token",
        LOG_LEVEL: "error",
        // Adds to the demo's own.
        PUSH_HOSTS: pushService.host,
        PUSH_CA_FILE: path.join(folder, "ca.pem"),
        PUSH_ROUTES: `web.push.apple.com=127.0.0.1:${(apple.address() as AddressInfo).port}`,
        // Ignored.
        HOST: "0.0.0.0",
        PORT: "1",
        ROLE: "web",
        NODE_ENV: "development",
        ALLOW_SIMULATION: "no",
        SIMULATED_SHOPIFY_URL: "http://127.0.0.1:9",
        SHOPIFY_API_KEY: "outside",
        SHOPIFY_API_SECRET: "outside",
        SHOPIFY_API_SECRET_OLD: "outside-old",
        SHOPIFY_APP_URL: "https://outside.example",
      },
    },
  );
  exitCode = new Promise((resolve) => demo.once("exit", resolve));
  if (!demo.stdout) throw new Error("no stdout");
  const output = createInterface({ input: demo.stdout });
  ready = await new Promise<Ready>((resolve, reject) => {
    output.on("line", (line) => {
      lines.push(line);
      if (lines.length === 1) resolve(JSON.parse(line) as Ready);
    });
    demo.once("exit", (code) => reject(new Error(`the demo ended with ${String(code)}`)));
  });
}, 120_000);

afterAll(async () => {
  if (demo.exitCode === null) demo.kill("SIGTERM");
  await exitCode;
  apple.close();
  await pushService.close();
  rmSync(folder, { recursive: true, force: true });
});

const isAlive = (pid: number) => {
  // A zombie is none: nobody may have waited for it yet.
  if (existsSync("/proc/self/stat"))
    return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("the ready line says everything a program needs, and is true when it comes", async () => {
  expect(Object.keys(ready)).toEqual([
    "event", "app", "store", "push", "pushCa", "shop", "apiKey", "apiSecret", "apiToken", "speed", "clock", "pids",
  ]); // prettier-ignore
  expect(ready).toMatchObject({
    event: "ready",
    speed: SPEED,
    shop: expect.stringMatching(/^[a-z0-9-]+\.myshopify\.com$/),
  });
  for (const url of [ready.app, ready.store]) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(ready.push).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(readFileSync(ready.pushCa, "utf8")).toContain("BEGIN CERTIFICATE");
  expect((await ask(`${ready.app}/readyz`, {})).status).toBe(200);
  const { json } = await ask(`${ready.app}/api/v1/journeys`, {
    headers: { authorization: `Bearer ${ready.apiToken}` },
  });
  expect((json as { data: { enabled: boolean }[] }).data.filter(({ enabled }) => enabled)).toHaveLength(5);
  expect((await ask(`${ready.store}/`, {})).text).toContain("beckon");
  for (const pid of Object.values(ready.pids)) expect(isAlive(pid)).toBe(true);
});

test.skipIf(!existsSync("/proc/self/stat"))("the serving processes stand in the demo's own process group", () => {
  for (const pid of Object.values(ready.pids)) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    expect(Number(fields[2])).toBe(demo.pid);
  }
});

test("heeds the environment where it may: the outside database, contact and push service; nothing listens to the outside", async () => {
  expect(ready.apiKey).not.toBe("outside");
  expect(ready.apiSecret).not.toBe("outside");
  expect(existsSync(databaseFile)).toBe(true);

  const { json } = await ask(`${ready.store}/apps/beckon/config`, {});
  const key = (json as { vapidPublicKey: string }).vapidPublicKey;
  const services = [
    { origin: pushService.origin, ca: pushService.ca },
    { origin: ready.push, ca: readFileSync(ready.pushCa, "utf8") },
  ];
  for (const [index, service] of services.entries()) {
    const subscription = await createPushClient(service).subscribe(key);
    const asked = await ask(`${ready.store}/apps/beckon/subscriptions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        v: 1,
        visitorId: `visitor-${index}0000`,
        subscription: subscription.toJSON(),
        consent: { marketing: true },
      }),
    });
    expect(asked.status, asked.text).toBe(201);
    const { headers } = await subscription.next(15_000);
    const claims = /t=[\w-]+\.([\w-]+)\./.exec(headers["authorization"] ?? "")?.[1] ?? "";
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
      sub: "mailto:outside@example.com",
      aud: service.origin,
    });
  }
});

test("Apple's hosts, and only they, get the declarative fields beside the notification", async () => {
  const keys = createReceiverKeys(randomBytes(16));
  const { status, text } = await ask(`${ready.store}/apps/beckon/subscriptions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      v: 1,
      visitorId: "visitor-apple",
      subscription: {
        endpoint: "https://web.push.apple.com/QOqyX-0a1b2c3d",
        keys: { p256dh: keys.ecdh.getPublicKey("base64url"), auth: keys.auth.toString("base64url") },
      },
      consent: { marketing: true },
    }),
  });
  expect(status, text).toBe(201);
  await expect.poll(() => appleRequests.length, { timeout: 15_000 }).toBe(1);

  const payload = JSON.parse(decryptPush(appleRequests[0]?.body ?? Buffer.alloc(0), keys).toString()) as Record<
    string,
    unknown
  >;
  expect(Object.keys(payload).toSorted()).toEqual(["mutable", "notification", "web_push"]);
  expect(payload).toMatchObject({
    web_push: 8030,
    mutable: true,
    notification: { navigate: expect.stringContaining("/apps/beckon/go/") },
  });
});

test("shop time runs so many times faster, in the store and in the app alike", async () => {
  const read = async () => {
    const [clock, health] = await Promise.all([ask(`${ready.store}/_sim/clock`, {}), ask(`${ready.app}/healthz`, {})]);
    const { shop, real, speed } = clock.json as { shop: string; real: string; speed: number };
    return {
      shop: Date.parse(shop),
      real: Date.parse(real),
      speed,
      app: Date.parse((health.json as { time: string }).time),
    };
  };
  const before = await read();
  await sleep(1_000);
  const after = await read();

  expect(before.speed).toBe(SPEED);
  expect((after.shop - before.shop) / (after.real - before.real)).toBeCloseTo(SPEED, 0);
  const secondsBetween = Math.abs(after.app - after.shop) / 1000 / SPEED;
  expect(secondsBetween).toBeLessThan(0.5);
});

test("an app that dies is started again and said so; the third death within a minute ends everything with 1", async () => {
  let { app } = ready.pids;
  for (let death = 1; death <= 2; death++) {
    process.kill(app, "SIGKILL");
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(1 + death);
    const restarted = JSON.parse(lines.at(-1) ?? "") as { event: string; pids: Ready["pids"] };
    expect(restarted).toEqual({ event: "restarted", pids: { ...ready.pids, app: expect.any(Number) } });
    expect(restarted.pids.app).not.toBe(app);
    expect((await ask(`${ready.app}/readyz`, {})).status).toBe(200);
    app = restarted.pids.app;
  }
  process.kill(app, "SIGKILL");

  expect(await exitCode).toBe(1);
  for (const pid of [app, ready.pids.store, ready.pids.push]) {
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  }
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
    "ready",
    "restarted",
    "restarted",
  ]);
}, 90_000);
