import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultWorld } from "./fault-world.ts";
import type { Random } from "./random.ts";
import { cartWith, shown, subscribeShopper, untilAnswered, untilShown, variantsOf } from "./shoppers.ts";
import type { Shopper } from "./shoppers.ts";

/** What was tried, and what was lost: the lists are empty when all is well. */
export type KillReport = {
  kills: number;
  shoppers: number;
  webhooks: number;
  storefrontEvents: number;
  pushesDue: number;
  /** Sent once more after a kill, which the worker shows once. */
  resent: number;
  resentAllowed: number;
  codes: number;
  missing: string[];
  shownTwice: string[];
  changed: string[];
  lostWebhooks: string[];
  lostEvents: string[];
  sharedCodes: string[];
};

/** PUSH_CONCURRENCY and one batch of outcomes: what one kill may cause to be sent again. */
export const RESENT_PER_KILL = 100 + 100;

/**
 * Kills the app again and again while webhooks and storefront events come in and shoppers wait for their pushes. Each round
 * has four kills, one in each part of the story: subscribing, leaving a cart, the first and the second reminder. The clock
 * moves while the app is dead as well as while it works.
 */
export async function killRounds(
  world: FaultWorld,
  random: Random,
  {
    rounds,
    shoppersPerRound,
    onRound,
  }: { rounds: number; shoppersPerRound: number; onRound?: (round: number) => void },
): Promise<KillReport> {
  const [service] = world.pushServices;
  if (!service) throw new Error("no push service");
  const vapidKey = await world.at(service).vapidKey();
  const variants = await variantsOf(world);
  const everybody: Shopper[] = [];
  const problems: string[] = [];
  let kills = 0;
  const intake = startIntake(world, random);

  for (let round = 0; round < rounds; round++) {
    const shoppers: Shopper[] = [];
    const whileKilled = async (work: () => Promise<void>, within: number) => {
      const killing = (async () => {
        await sleep(random.whole(0, within));
        await world.kill();
        kills++;
        if (random.next() < 0.3) await sleep(random.whole(0, 200));
        await world.start();
      })();
      await Promise.all([work(), killing]);
    };

    await whileKilled(async () => {
      const joining = Array.from({ length: shoppersPerRound }, () => subscribeShopper(world, service, vapidKey));
      shoppers.push(...(await Promise.all(joining)));
    }, 300);
    everybody.push(...shoppers);
    await untilShown(shoppers, hasSeen("welcome", 1));

    await whileKilled(async () => {
      await Promise.all(
        shoppers.map(async (shopper) => {
          await shopper.tell("cart_updated", cartWith(random.pick(variants)));
          await shopper.tell("left");
        }),
      );
    }, 300);
    await untilIdle(world);

    await whileKilled(() => world.moveClock("PT3M5S", false), 250);
    await untilShown(shoppers, hasSeen("cart_recovery", 1));

    await whileKilled(() => world.moveClock("PT1H28M", false), 250);
    // Codes are made as they are asked for; who found none looks again after a minute of shop time.
    for (let minute = 0; minute < 20; minute++) {
      if (await untilShown(shoppers, hasSeen("cart_recovery", 2), 1_000)) break;
      await world.moveClock("PT1M5S");
    }
    onRound?.(round + 1);
  }
  const { webhookIds, eventIds, failures } = await intake.stop();
  problems.push(...failures);
  await untilIdle(world);
  await readAll(everybody);

  const missing = [...problems];
  const shownTwice: string[] = [];
  const changed: string[] = [];
  for (const shopper of everybody) {
    const seen = shown(shopper).map(({ kind }) => kind);
    const expected = ["welcome", "cart_recovery", "cart_recovery"];
    for (const kind of new Set(expected)) {
      const count = seen.filter((one) => one === kind).length;
      const due = expected.filter((one) => one === kind).length;
      if (count < due) missing.push(`${shopper.visitorId}: ${kind} ${count} of ${due} (saw ${seen.join(", ")})`);
      if (count > due) shownTwice.push(`${shopper.visitorId}: ${kind} ${count} times`);
    }
    for (const push of shopper.received) {
      const first = shopper.received.find(({ id }) => id === push.id);
      if (first?.tag !== push.tag || first.topic !== push.topic) changed.push(`${push.id}: tag or Topic`);
    }
  }
  const codes = everybody.flatMap((shopper) => shown(shopper).flatMap(({ code }) => code ?? []));
  return {
    kills,
    shoppers: everybody.length,
    webhooks: webhookIds.length,
    storefrontEvents: eventIds.length,
    pushesDue: everybody.length * 3,
    resent: countResent(service.requests, everybody),
    resentAllowed: kills * RESENT_PER_KILL,
    codes: codes.length,
    missing,
    shownTwice,
    changed,
    lostWebhooks: notStored(world, webhookIds, (id) => `webhook:${id}`),
    lostEvents: notStored(world, eventIds, (id) => id),
    sharedCodes: codes.filter((code, index) => codes.indexOf(code) !== index),
  };
}

export function hasSeen(kind: string, times: number): (shopper: Shopper) => boolean {
  return (shopper) => shown(shopper).filter((push) => push.kind === kind).length >= times;
}

/** Waits until no event waits for journeys. */
export async function untilIdle(world: FaultWorld, patienceMs = 120_000): Promise<void> {
  const waiting = "select count(*) as count from events where processed_at is null";
  for (const end = Date.now() + patienceMs; ; await sleep(50)) {
    if ((world.query<{ count: number }>(waiting)[0]?.count ?? 0) === 0) return;
    if (Date.now() > end) throw new Error(`the app did not get through its events within ${patienceMs} ms`);
  }
}

/** Webhooks and storefront events without pause. Each is told again under its id until it is answered; 200 is a promise. */
export function startIntake(world: FaultWorld, random: Random, pauseMs = 20) {
  const [service] = world.pushServices;
  if (!service) throw new Error("no push service");
  const talk = world.at(service);
  const webhookIds: string[] = [];
  const eventIds: string[] = [];
  const failures: string[] = [];
  const stopping = new AbortController();

  async function webhooks(): Promise<void> {
    while (!stopping.signal.aborted) {
      const id = randomBytes(12).toString("hex");
      const body = checkoutPayload(random);
      const answer = await untilAnswered(() => talk.webhook("checkouts/update", body, { id }));
      if (answer.status === 200) webhookIds.push(id);
      else failures.push(`a webhook was answered with ${answer.status}`);
      await sleep(pauseMs);
    }
  }

  async function events(): Promise<void> {
    while (!stopping.signal.aborted) {
      const visitorId = randomBytes(12).toString("base64url");
      const id = randomBytes(9).toString("base64url");
      const now = new Date().toISOString();
      const body = {
        v: 1,
        visitorId,
        sentAt: now,
        events: [{ id, type: "search_submitted", at: now, data: { query: "linen" } }],
      };
      const answer = await untilAnswered(() => talk.proxy("POST", "events", body));
      if (answer.status === 202) eventIds.push(`web:${visitorId}:${id}`);
      else failures.push(`an event was answered with ${answer.status}`);
      await sleep(pauseMs);
    }
  }

  const work = Promise.all([webhooks(), webhooks(), events()]);
  work.catch(() => {}); // told by `stop`
  return {
    webhookIds,
    async stop() {
      stopping.abort();
      await work;
      return { webhookIds, eventIds, failures };
    },
  };
}

function checkoutPayload(random: Random): object {
  const token = randomBytes(16).toString("hex");
  return {
    id: random.whole(1, 1e9),
    token,
    cart_token: token,
    email: "someone@example.com",
    currency: "USD",
    presentment_currency: "USD",
    total_price: "49.00",
    subtotal_price: "49.00",
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    note_attributes: [],
    discount_codes: [],
    shipping_lines: [],
    abandoned_checkout_url: `https://example.com/checkouts/${token}/recover`,
    line_items: Array.from({ length: random.whole(1, 5) }, (_, index) => ({
      product_id: index + 1,
      variant_id: index + 1,
      title: "Blue kettle",
      quantity: 1,
      price: "49.00",
    })),
  };
}

/** Pushes the service accepted beyond one for each notification. */
function countResent(requests: FaultWorld["pushServices"][number]["requests"], shoppers: Shopper[]): number {
  const notifications = shoppers.reduce((sum, shopper) => sum + shown(shopper).length, 0);
  const endpoints = new Set(shoppers.map(({ endpoint }) => new URL(endpoint).pathname));
  return requests.filter(({ status, path }) => status === 201 && endpoints.has(path)).length - notifications;
}

function notStored(world: FaultWorld, ids: string[], sourceId: (id: string) => string): string[] {
  const known = new Set(
    world.query<{ source_id: string }>("select source_id from events").map(({ source_id }) => source_id),
  );
  return ids.filter((id) => !known.has(sourceId(id)));
}

/**
 * A message to everyone, killed while it is sent. Whoever has a subscription is due one; what the app has already counted as
 * sent is checked by what arrived.
 */
export async function killedCampaign(
  world: FaultWorld,
  random: Random,
  { people, kills }: { people: number; kills: number },
): Promise<{ lost: string[] } & Record<string, number | string[]>> {
  const service = world.pushServices.at(-1);
  if (!service) throw new Error("no push service");
  const talk = world.at(service);
  const vapidKey = await talk.vapidKey();
  const shoppers: Shopper[] = [];
  while (shoppers.length < people) {
    const joining = Array.from({ length: Math.min(25, people - shoppers.length) }, () =>
      subscribeShopper(world, service, vapidKey),
    );
    shoppers.push(...(await Promise.all(joining)));
  }
  const own = new Set(shoppers.map(({ endpoint }) => new URL(endpoint).pathname));
  let before = 0;
  /** The Topics of what was accepted since, by shopper. */
  const accepted = () => {
    const topics = new Map<string, (string | undefined)[]>();
    for (const { sequence, status, path, headers } of service.requests) {
      if (sequence <= before || status !== 201 || !own.has(path)) continue;
      topics.set(path, [...(topics.get(path) ?? []), headers["topic"]]);
    }
    return topics;
  };
  const untilEverybody = async (patienceMs: number) => {
    for (const end = Date.now() + patienceMs; Date.now() < end && accepted().size < people;) await sleep(100);
  };
  await untilEverybody(60_000 + people * 20);
  await readAll(shoppers);

  before = service.requests.at(-1)?.sequence ?? 0;
  const key = randomBytes(9).toString("base64url");
  const message = { title: "Everything is new", body: "Come and see", url: "/" };
  const answer = await untilAnswered(() =>
    talk.api("POST", "notifications", { to: { all: true }, message }, { "idempotency-key": key }),
  );
  const lost: string[] =
    answer.status === 202 ? [] : [`the campaign was answered with ${answer.status}: ${answer.text}`];
  let killed = 0;
  for (; killed < kills && accepted().size < people; killed++) {
    await sleep(random.whole(0, 250));
    await world.kill();
    await world.start();
  }
  const topics = await untilEverybody(60_000 + people * 20).then(accepted);
  await sleep(500);
  await readAll(shoppers);
  for (const shopper of shoppers) {
    const count = shown(shopper).filter(({ kind }) => kind === "campaign").length;
    if (count !== 1) lost.push(`${shopper.visitorId} saw the campaign ${count} times`);
    const tags = new Set(shopper.received.flatMap(({ kind, tag }) => (kind === "campaign" ? [tag] : [])));
    if (tags.size > 1) lost.push(`${shopper.visitorId} got it under ${tags.size} tags`);
  }
  let resent = 0;
  for (const [path, under] of topics) {
    resent += under.length - 1;
    if (new Set(under).size > 1 || under[0] === undefined) lost.push(`${path}: sent again under another Topic`);
  }
  if (resent > killed * RESENT_PER_KILL) lost.push(`${resent} pushes were sent again after ${killed} kills`);
  return { people, kills: killed, resent, lost };
}

/** Fifty at a time: each asks on a connection of its own. */
async function readAll(shoppers: Shopper[]): Promise<void> {
  for (let from = 0; from < shoppers.length; from += 50) {
    await Promise.all(shoppers.slice(from, from + 50).map((shopper) => shopper.read()));
  }
}
