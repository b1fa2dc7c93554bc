import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { selfSignedCertificate } from "../../../simulator/push/certificate.ts";
import type { Fault } from "../../../simulator/push/faults.ts";
import type { PushService } from "../../../simulator/push/push-service.ts";
import type { FaultWorld } from "./fault-world.ts";
import { hasSeen, startIntake, untilIdle } from "./kill-rounds.ts";
import type { Random } from "./random.ts";
import { cartWith, shown, subscribeShopper, untilShown, variantsOf } from "./shoppers.ts";
import type { Shopper } from "./shoppers.ts";

// One fault each, on a server that goes on afterwards. Every scenario says what it tried, and in `lost` what was lost or
// came twice: nothing.

export type Report = { lost: string[] } & Record<string, number | string[]>;

/** A world with two push services, the first of which is made to fail, and everybody who ever joined. */
export type Scene = {
  world: FaultWorld;
  random: Random;
  bad: PushService;
  good: PushService;
  vapidKey: string;
  everybody: Shopper[];
};

export async function setScene(world: FaultWorld, random: Random): Promise<Scene> {
  const [bad, good] = world.pushServices;
  if (!bad || !good) throw new Error("a scene needs two push services");
  return { world, random, bad, good, vapidKey: await world.at(good).vapidKey(), everybody: [] };
}

export type PushFault = Omit<Fault, "times" | "retryAfter"> & { retryAfter?: string | (() => string) };

/** What a push service may do, by name. A hang has a scenario of its own. */
export const PUSH_FAULTS: Record<string, PushFault> = {
  "429 with seconds": { status: 429, retryAfter: "2" },
  "429 with a date": { status: 429, retryAfter: () => new Date(Date.now() + 3_000).toUTCString() },
  "500": { status: 500 },
  "502": { status: 502 },
  "503": { status: 503, retryAfter: "1" },
  "a stream reset": { reset: true },
  GOAWAY: { goaway: true },
  "an answer that is lost": { lostAnswer: true },
};

/** Each fault meets three shoppers of the bad service: their pushes come later, once, without a flood; all others at once. */
export async function pushServiceFails(scene: Scene, faults: PushFault[]): Promise<Report> {
  const { bad, good } = scene;
  const before = bad.requests.length;
  const joining = faults.map(({ retryAfter, ...fault }) =>
    join(scene, bad, 3, (endpoint) => {
      const asked = typeof retryAfter === "function" ? retryAfter() : retryAfter;
      bad.addFault({ ...fault, endpoint, ...(asked !== undefined && { retryAfter: asked }) });
    }),
  );
  const [affected, others] = await Promise.all([Promise.all(joining), join(scene, good, 6)]);

  const startedAt = performance.now();
  const lost = await notSeenOnce(others, "welcome", 1, 10_000);
  const othersWaitedMs = Math.round(performance.now() - startedAt);
  lost.push(...(await notSeenOnce(affected.flat(), "welcome")));
  const requests = bad.requests.length - before;
  const due = 3 * faults.length;
  // One more each, and some that a goodbye on a shared connection meets.
  if (requests > 3 * due) lost.push(`${requests} requests for ${due} pushes: a flood`);
  return { shoppers: due + 6, faults: due, requests, othersWaitedMs, lost };
}

/** Pushes hang, the other service goes on, the app is told to end, and what hung arrives after the start. */
export async function endWhileHanging(scene: Scene): Promise<Report> {
  const { world, bad, good } = scene;
  bad.addFault({ hang: true, times: 20 });
  const affected = await join(scene, bad, 20);
  const others = await join(scene, good, 6);

  const lost = await notSeenOnce(others, "welcome", 1, 10_000);
  const { ms } = await world.terminate();
  bad.clearFaults();
  await world.start();
  if (ms > 10_500) lost.push(`the app took ${Math.round(ms)} ms to end`);
  lost.push(...(await notSeenOnce(affected, "welcome")));
  return { shoppers: 26, endedAfterMs: Math.round(ms), lost };
}

/** The shop's clock jumps an hour back and forth, and the process is stopped for a while with reminders due. */
export async function clockJumps(scene: Scene, stoppedMs: number): Promise<Report> {
  const { world } = scene;
  const shoppers = await leaveCarts(scene, 8);

  await world.moveClock("-PT1H");
  await sleep(300);
  await Promise.all(shoppers.map((shopper) => shopper.read()));
  const early = shoppers.flatMap((shopper) => shown(shopper)).filter(({ kind }) => kind !== "welcome");
  const lost = early.map(() => "a reminder came an hour early");

  world.signal("SIGSTOP");
  await world.moveClock("PT1H3M5S", false);
  await sleep(stoppedMs);
  world.signal("SIGCONT");
  lost.push(...(await notSeenOnce(shoppers, "cart_recovery")));
  await world.moveClock("-PT1H");
  await world.moveClock("PT1H");
  await sleep(300);
  await Promise.all(shoppers.map((shopper) => shopper.read()));
  lost.push(...(await notSeenOnce(shoppers, "cart_recovery")));
  return { shoppers: 8, jumps: 4, stoppedMs, lost };
}

/**
 * The machine's own clock jumps an hour forth and back under the running server, and its event loop stands still for
 * `blockedMs`: what was due comes once, and nothing is sent twice by a lease that seemed to have ended.
 */
export async function machineClockJumps(scene: Scene, blockedMs: number): Promise<Report> {
  const { world, good } = scene;
  const shoppers = await leaveCarts(scene, 6);
  const before = good.requests.length;

  // An hour is enough for the first reminder and not for the second.
  await world.disturb({ offset: 3_600_000 });
  const lost = await notSeenOnce(shoppers, "cart_recovery");
  await world.disturb({ offset: 0 });
  await sleep(500);
  await world.disturb({ block: { id: randomBytes(4).toString("hex"), ms: blockedMs } });
  const late = await join(scene, good, 4);
  lost.push(...(await notSeenOnce(late, "welcome")));
  await sleep(500);
  await Promise.all(shoppers.map((shopper) => shopper.read()));
  lost.push(...(await notSeenOnce(shoppers, "cart_recovery")));

  const sent = good.requests.slice(before).filter(({ status }) => status === 201).length;
  const due = shoppers.length + late.length;
  if (sent !== due) lost.push(`${sent} pushes were sent where ${due} were due`);
  return { shoppers: due, jumps: 2, blockedMs, lost };
}

/** A push service changes to a certificate nobody vouches for, and then to another good one: its pushes wait, and come. */
export async function certificateChanges(scene: Scene): Promise<Report> {
  const { world, bad, good } = scene;
  const strange = selfSignedCertificate(["127.0.0.1"], new Date());
  // The browsers go on as if nothing was.
  const toBrowsers = { ...bad, ca: [bad.ca, strange.cert, world.renewed.cert].join("\n") };
  bad.presentCertificate(strange);
  const accepted = bad.requests.length;
  const affected = await join(scene, toBrowsers, 4);
  const others = await join(scene, good, 4);
  const lost = await notSeenOnce(others, "welcome");
  if (bad.requests.length > accepted) lost.push("a push left for a service whose certificate nobody vouches for");

  bad.presentCertificate(world.renewed);
  for (const end = Date.now() + 60_000; Date.now() < end && bad.requests.length < accepted + affected.length;)
    await sleep(100);
  bad.presentCertificate(null);
  lost.push(...(await notSeenOnce(affected, "welcome")));
  return { shoppers: 8, changes: 3, lost };
}

/** Another process holds the database, at last for longer than the app waits. */
export async function databaseLocked(scene: Scene, holdsMs: number[]): Promise<Report> {
  const { world, random } = scene;
  const intake = startIntake(world, random, 10);
  const locker = new BetterSqlite3(world.databaseFile);
  try {
    locker.pragma("busy_timeout = 5000");
    for (const ms of holdsMs) {
      locker.exec("begin immediate");
      await sleep(ms);
      locker.exec("rollback");
      await sleep(200);
    }
  } finally {
    locker.close();
  }
  const { webhookIds, failures } = await intake.stop();
  const shoppers = await join(scene, scene.good, 4);
  const lost = [...failures, ...missingWebhooks(world.databaseFile, webhookIds)];
  lost.push(...(await notSeenOnce(shoppers, "welcome")));
  return { webhooks: webhookIds.length, shoppers: 4, lost };
}

/** The Admin API fails in every way it has while reminders ask it for stock and codes. */
export async function shopifyFails(scene: Scene): Promise<Report> {
  const { world } = scene;
  await world.sim("tokens/expire", {});
  const shoppers = await leaveCarts(scene, 6);
  await world.sim("faults", { status: 503, times: 2 });
  await world.sim("faults", { throttled: true, times: 2 });
  await world.moveClock("PT3M5S");
  const lost = await notSeenOnce(shoppers, "cart_recovery", 1);
  await world.sim("faults", { status: 502, times: 2 });
  await world.sim("tokens/expire", {});
  await world.moveClock("PT1H28M");
  for (let minute = 0; minute < 20; minute++) {
    if (await untilShown(shoppers, hasSeen("cart_recovery", 2), 1_000)) break;
    await world.moveClock("PT1M5S");
  }
  await world.sim("faults", {});
  lost.push(...(await notSeenOnce(shoppers, "cart_recovery", 2, 2_000)));
  const codes = shoppers.flatMap((shopper) => shown(shopper).flatMap(({ code }) => code ?? []));
  lost.push(...codes.filter((code, index) => codes.indexOf(code) !== index).map((code) => `${code} is shared`));
  if (codes.length !== shoppers.length) lost.push(`${shoppers.length - codes.length} reminders without their code`);
  return { shoppers: 6, codes: codes.length, lost };
}

/** A backup is made while webhooks come in; the app then runs on the copy. */
export async function backUpAndRestore(scene: Scene): Promise<Report> {
  const { world, random } = scene;
  const shoppers = await leaveCarts(scene, 4);
  const intake = startIntake(world, random, 5);
  await sleep(300);
  const promised = [...intake.webhookIds];
  const copy = path.join(world.folder, `backup-${randomBytes(4).toString("hex")}.db`);
  const status = await new Promise((resolve) =>
    spawn(process.execPath, ["scripts/backup.ts", copy], { env: world.env, stdio: "ignore" }).once("exit", resolve),
  );
  await intake.stop();
  if (status !== 0) return { webhooks: promised.length, lost: [`the backup ended with ${String(status)}`] };
  const lost = missingWebhooks(copy, promised);

  await world.terminate();
  await world.start({ DATABASE_URL: `file:${copy}` });
  await world.moveClock("PT3M5S");
  lost.push(...(await notSeenOnce(shoppers, "cart_recovery")));
  await world.terminate();
  await world.start();
  return { webhooks: promised.length, shoppers: 4, lost };
}

async function join(
  scene: Scene,
  service: PushService,
  count: number,
  beforeAsking?: (endpoint: string) => void,
): Promise<Shopper[]> {
  const joining = Array.from({ length: count }, () =>
    subscribeShopper(scene.world, service, scene.vapidKey, beforeAsking),
  );
  const shoppers = await Promise.all(joining);
  scene.everybody.push(...shoppers);
  return shoppers;
}

/** Shoppers who have left a cart, known to the journeys. */
async function leaveCarts(scene: Scene, count: number): Promise<Shopper[]> {
  const variants = await variantsOf(scene.world);
  const shoppers = await join(scene, scene.good, count);
  await untilShown(shoppers, hasSeen("welcome", 1));
  await Promise.all(
    shoppers.map(async (shopper) => {
      await shopper.tell("cart_updated", cartWith(scene.random.pick(variants)));
      await shopper.tell("left");
    }),
  );
  await untilIdle(scene.world);
  return shoppers;
}

/** @returns who of them saw the kind how often, where it was not as promised */
async function notSeenOnce(shoppers: Shopper[], kind: string, times = 1, patienceMs = 120_000): Promise<string[]> {
  await untilShown(shoppers, hasSeen(kind, times), patienceMs);
  return shoppers.flatMap((shopper) => {
    const count = shown(shopper).filter((push) => push.kind === kind).length;
    return count === times ? [] : [`${shopper.visitorId} saw ${kind} ${count} times`];
  });
}

function missingWebhooks(file: string, ids: string[]): string[] {
  const sqlite = new BetterSqlite3(file, { readonly: true });
  try {
    const find = sqlite.prepare("select count(*) from events where source_id = ?").pluck();
    return ids.filter((id) => find.get(`webhook:${id}`) !== 1).map((id) => `webhook ${id}`);
  } finally {
    sqlite.close();
  }
}
