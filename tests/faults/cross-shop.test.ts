import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { createKeyring } from "../../app/encryption.server.ts";
import { ensureDefaultJourneys } from "../../app/journeys/journeys.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { ENDPOINTS } from "../../app/rest-api/endpoints.ts";
import { replayer } from "../../app/replay/replayer.server.ts";
import { handleApiRequest } from "../../app/rest-api/handle-request.server.ts";
import type { Store } from "../../app/store/store.ts";
import { manualClock } from "../support/manual-clock.ts";
import { tell } from "./support/summary.ts";
import { ID, INFO, NOW, NUMBER, OTHER, SECRET, twoShops, VICTIM } from "./support/two-shops.ts";

// Thousands of calls: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

// Two shops, one with a row in every table, and everything that can be asked for a shop asked for the other, with the
// first one's ids. Nothing of the first may come out, and nothing of it may change. What is added later is found by itself.

type Call = (...args: unknown[]) => unknown;

/** The functions of the store whose first argument is the shop, with the names of the others. */
function shopFunctions(store: Store): { name: string; call: Call; others: string[] }[] {
  return storeFunctions(store).flatMap(({ name, call, parameters: [first, ...others] }) =>
    first === "shop" ? [{ name, call, others }] : [],
  );
}

function storeFunctions(store: Store): { name: string; call: Call; parameters: string[] }[] {
  return Object.entries(store).flatMap(([part, functions]) => {
    if (part === "database" || typeof functions !== "object" || functions === null) return [];
    return Object.entries(functions as Record<string, unknown>).flatMap(([name, call]) => {
      if (typeof call !== "function") return [];
      const parameters = splitParameters(/^[^(]*\(([^]*?)\)\s*(?:=>|\{)/.exec(String(call))?.[1] ?? "");
      return [{ name: `${part}.${name}`, call: call.bind(functions) as Call, parameters }];
    });
  });
}

/** At the commas that stand in no braces. */
function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if ("{[(".includes(character)) depth++;
    if ("}])".includes(character)) depth--;
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += character;
  }
  return [...parts, part.trim()].filter(Boolean);
}

/** What may be meant by a parameter of this name, the likeliest first. */
function guesses(parameter: string): unknown[] {
  const name = parameter.split("=")[0]?.trim() ?? "";
  if (name.startsWith("{")) {
    const inner = splitParameters(name.slice(1, -1)).map((field) => field.split(/[:=]/)[0]?.trim() ?? "");
    const fields = inner.filter((field) => !field.startsWith("..."));
    return [0, 1].map((index) =>
      Object.fromEntries(fields.map((field) => [field, guesses(field)[index] ?? guesses(field)[0]])),
    );
  }
  if (name.endsWith("Ids")) return [[ID]];
  if (/^(id|.*Id)$/.test(name)) return [ID, NUMBER];
  if (/^(now|at|since|until|.*At|.*Now|validUntil)$/.test(name)) return [NOW];
  if (/^(limit|days|.*Hours|.*Ms)$/.test(name)) return [50];
  if (/^(before|after)$/.test(name)) return [null];
  if (name === "range") return [{ from: new Date(0), until: NOW, to: NOW, timezone: "UTC" }];
  return [ID, {}, [], [ID], null, NUMBER];
}

/** What cannot be guessed from the names of parameters. */
const ARGUMENTS: Record<string, unknown[][]> = {
  "shops.saveInfo": [[INFO, NOW]],
  "vapidKeys.add": [[{ publicKey: ID, privateKey: ID }, NOW]],
  "vapidKeys.ensure": [[{ publicKey: ID, privateKey: ID }, NOW]],
  "recommendations.dropCollectionsBefore": [[NOW]],
  "subscriptions.subscribe": [[incoming(ID), NOW, () => []]],
  "journeys.save": [["welcome", { trigger: {}, exits: [], steps: [] }, NOW, []]],
  "articles.saveRead": [[{ url: ID, etag: null, lastModified: null, articles: [] }, NOW]],
  "history.events": [[new Date(0), NOW]],
};

/** What the browser of the victim's visitor would say to the other shop. */
function incoming(visitorId: string): object {
  return {
    ...{ visitorId, endpoint: ID, p256dh: ID, auth: ID, isQuiet: false, vapidPublicKey: null, pushService: ID },
    ...{
      origin: `https://${OTHER}`,
      proxyPath: "/apps/beckon",
      browser: null,
      os: null,
      deviceType: null,
      locale: null,
    },
    ...{ timezone: null, country: null, city: null, source: null, page: null, promptVariant: null },
    consent: { marketing: true, text: null, at: NOW },
  };
}

function combinations(lists: unknown[][]): unknown[][] {
  return lists
    .reduce<unknown[][]>((made, list) => made.flatMap((args) => list.map((value) => [...args, value])), [[]])
    .slice(0, 200);
}

test("no store function gives out or changes anything of another shop", async () => {
  const { store, tables, rows } = await twoShops();
  await ensureDefaultJourneys(store, OTHER, NOW);
  await store.vapidKeys.ensure(OTHER, { publicKey: "p", privateKey: "k" }, NOW);
  const before = rows();
  const leaks: string[] = [];
  const neverRan: string[] = [];
  const functions = shopFunctions(store);
  let calls = 0;

  for (const { name, call, others } of functions) {
    let ran = false;
    // What a guess wrote into the other shop would stand in the way of the next function.
    store.database.sqlite.exec("savepoint tried");
    for (const args of [...(ARGUMENTS[name] ?? []), ...combinations(others.map(guesses))]) {
      calls++;
      try {
        const found: unknown = await call(OTHER, ...args);
        ran = true;
        if ((JSON.stringify(found) ?? "").includes(SECRET)) leaks.push(`${name} gave ${JSON.stringify(found)}`);
      } catch {
        // Refused for its shape, which tells nothing; counted below when every guess was.
      }
      if (rows() !== before) {
        leaks.push(`${name} changed rows`);
        break;
      }
    }
    store.database.sqlite.exec("rollback to tried; release tried");
    if (!ran) neverRan.push(name);
  }
  tell("store functions asked for another shop", { functions: functions.length, calls, tables, neverRan, leaks });

  expect(leaks).toEqual([]);
  expect(functions.length).toBeGreaterThan(80);
  // A function whose arguments nobody guesses was not tried: give it some in ARGUMENTS.
  expect(neverRan).toEqual([]);
});

/** Store functions whose first argument is not the shop, and why that is right. A new one has to be entered. */
const WITHOUT_SHOP: Record<string, RegExp> = {
  "for the machine alone, not for a shop": /^(jobs|sessions|health|retention)\.|^audiences\.(open|sweep|enabled)$/,
  "finds the shop": /^(apiKeys\.shopOfHash|shops\.listInstalled)$/,
  "by an id that stands in a job of ours, never in a request":
    /^runs\.(byId|leaving|commitMessage|commitDelay|commitEnd)$|^deliveries\.(load|markSending|recordResults)$/,
  "the shop stands in what is written, tried below":
    /^(apiKeys\.add|events\.append|notifications\.create|ledger\.append|runs\.(concerned|apply|startWave)|audiences\.advance|discounts\.schedulePool|directMessages\.create|campaigns\.create|attribution\.credit)$/,
};

test("every store function that does not begin with the shop has its reason, and touches no other shop's rows", async () => {
  const { store, rows } = await twoShops();
  const before = rows();
  const others = storeFunctions(store).filter(({ parameters }) => parameters[0] !== "shop");
  const unknown = others.filter(({ name }) => !Object.values(WITHOUT_SHOP).some((names) => names.test(name)));
  const named = others.filter(({ name }) =>
    WITHOUT_SHOP["the shop stands in what is written, tried below"]?.test(name),
  );
  const about = {
    ...{ shop: OTHER, id: ID, visitorId: ID, subscriptionId: ID, deliveryId: ID, notificationId: ID, orderId: ID },
    ...{ cartToken: ID, checkoutToken: ID, customerId: ID, variantId: ID, productId: ID, runId: NUMBER, kind: ID },
    ...{
      journey: "cart_recovery",
      occasion: ID,
      key: ID,
      state: "queued",
      events: [],
      changes: [],
      alerts: [],
      runs: [],
    },
  };
  const leaks: string[] = [];

  for (const { name, call } of named) {
    for (const first of [about, [about], { event: about, mirror: [] }, [{ event: about, mirror: [] }]]) {
      const found = await Promise.resolve()
        .then(() => call(first, about, NOW, NOW))
        .catch(() => null); // refused for its shape
      if ((JSON.stringify(found) ?? "").includes(SECRET)) leaks.push(`${name} gave ${JSON.stringify(found)}`);
      if (rows() !== before) throw new Error(`${name} changed rows of another shop`);
    }
  }

  expect(unknown.map(({ name }) => name)).toEqual([]);
  expect(leaks).toEqual([]);
});

test("asked for the shop itself, the same calls do give out its rows: the search above can find", async () => {
  const { store } = await twoShops();
  const told = new Set<string>();
  for (const { name, call, others } of shopFunctions(store)) {
    for (const args of combinations(others.map(guesses)).slice(0, 20)) {
      const found: unknown = await Promise.resolve(call(VICTIM, ...args)).catch(() => null);
      if ((JSON.stringify(found) ?? "").includes(SECRET)) told.add(name);
    }
  }

  expect(told.size).toBeGreaterThan(15);
});

test("no endpoint of the REST API gives out or changes anything of another shop", async () => {
  const { store, rows } = await twoShops();
  const { key } = await createApiKey(store, OTHER, "test", NOW);
  const before = rows();
  const leaks: string[] = [];
  let calls = 0;
  const bodies = [
    { visitorId: ID, name: "spun" },
    { subscriberId: ID, name: "spun" },
    { to: { visitorId: ID }, message: { title: "T", body: "B" } },
    { to: { subscriberId: ID }, message: { title: "T", body: "B" } },
    { to: { tag: ID }, message: { title: "T", body: "B" } },
    { add: [ID], remove: [SECRET], tags: [ID] },
    { days: 3 },
    {},
  ];
  const query = new URLSearchParams({ visitorId: ID, subscriberId: ID });

  for (const { method, path, query: asked } of ENDPOINTS) {
    const names = Object.keys(asked?.shape ?? {}).filter((name) => /Id$|^tag$|^alias$/.test(name));
    const search = new URLSearchParams(names.map((name) => [name, query.get(name) ?? ID]));
    for (const id of [ID, String(NUMBER), "cart_recovery"]) {
      for (const body of method === "GET" || method === "DELETE" ? [undefined] : bodies) {
        calls++;
        const where = path.replace(/\{\w+\}/g, id);
        const request = new Request(`https://app.example/api/v1/${where}?${search}`, {
          method,
          headers: { authorization: `Bearer ${key}`, "idempotency-key": randomBytes(8).toString("hex") },
          ...(body && { body: JSON.stringify(body) }),
        });
        const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
        const clock = manualClock(NOW);
        const deps = { store, clock, log: createLogger("silent"), keyring, replay: replayer({ store, clock }) };
        const answer = await handleApiRequest(deps, request, where);
        const text = await answer.text();
        if (answer.status >= 500) leaks.push(`${method} ${where} answered ${answer.status}`);
        if (text.includes(SECRET) || text.includes(VICTIM)) leaks.push(`${method} ${where} gave ${text}`);
        if (rows() !== before) throw new Error(`${method} ${where} changed rows of another shop`);
      }
    }
  }
  tell("REST endpoints asked with another shop's ids", { endpoints: ENDPOINTS.length, calls, leaks });

  expect(leaks).toEqual([]);
});
