import { expect, test } from "vitest";
import { createTestStore, jobsOfKind } from "../../tests/support/test-store.ts";
import { journeyJsonSchema } from "./definition.ts";
import {
  ensureDefaultJourneys,
  getJourney,
  InvalidDefinitionError,
  listJourneys,
  parseDefinition,
  saveDefinition,
  setEnabled,
} from "./journeys.server.ts";
import { JOURNEY_KINDS } from "./kinds/registry.server.ts";

const SHOP = "harbour.myshopify.com";
const NOON = new Date("2026-11-21T12:00:00Z");

const text = { title: "Hello", body: "There" };
const message = { type: "message", message: { en: text } };
const cart = (steps: unknown[], more: Record<string, unknown> = {}) => ({
  trigger: { type: "cart_left" },
  steps,
  ...more,
});

function issuesOf(definition: unknown, kind = "cart_recovery") {
  try {
    parseDefinition(kind, definition);
    return [];
  } catch (error) {
    if (error instanceof InvalidDefinitionError) return error.issues;
    throw error;
  }
}

async function createShop() {
  const store = await createTestStore();
  await ensureDefaultJourneys(store, SHOP, NOON);
  return store;
}

test("gives a new shop every journey, five of them switched on, with texts in three languages", async () => {
  const store = await createShop();

  const journeys = await listJourneys(store, SHOP);
  expect(journeys).toHaveLength(JOURNEY_KINDS.length);
  const on = journeys.filter(({ enabled }) => enabled);
  expect(on.map(({ kind, enabled, version }) => [kind, enabled, version])).toEqual([
    ["welcome", true, 1],
    ["cart_recovery", true, 1],
    ["checkout_recovery", true, 1],
    ["back_in_stock", true, 1],
    ["shipping", true, 1],
  ]);
  for (const { definition } of journeys) {
    for (const step of definition.steps) {
      if (step.type === "message") expect(Object.keys(step.message)).toEqual(["en", "tr", "ar"]);
    }
  }
});

test.each(JOURNEY_KINDS.map(({ kind, defaultDefinition }) => [kind, defaultDefinition] as const))(
  "has default texts for %s that could be saved as they are",
  (kind, definition) => {
    expect(issuesOf(definition, kind)).toEqual([]);
  },
);

test("leaves a shop's own journeys alone when it installs again", async () => {
  const store = await createShop();
  await setEnabled(store, SHOP, "welcome", false, NOON);
  await saveDefinition(store, SHOP, "cart_recovery", cart([message]), NOON);
  await ensureDefaultJourneys(store, SHOP, NOON);

  expect(await getJourney(store, SHOP, "welcome")).toMatchObject({ enabled: false });
  expect(await getJourney(store, SHOP, "cart_recovery")).toMatchObject({ version: 2 });
});

test("makes a new version of every save, also of the same definition", async () => {
  const store = await createShop();
  const saved = await saveDefinition(store, SHOP, "cart_recovery", cart([message]), NOON);
  const again = await saveDefinition(store, SHOP, "cart_recovery", cart([message]), NOON);

  expect([saved?.version, again?.version]).toEqual([2, 3]);
  expect(await store.runs.definition(SHOP, "cart_recovery", 1)).toEqual(
    JOURNEY_KINDS.find(({ kind }) => kind === "cart_recovery")?.defaultDefinition,
  );
});

test("looks at the pool of codes when an offer may have changed", async () => {
  const store = await createShop();
  expect(await jobsOfKind(store, "discount-pool")).toHaveLength(1);
});

test("knows no journey that is not built and none of a shop without them", async () => {
  const store = await createShop();
  expect(await getJourney(store, SHOP, "no_such_journey")).toBeNull();
  expect(await setEnabled(store, SHOP, "no_such_journey", true, NOON)).toBeNull();
  expect(await saveDefinition(store, "other.myshopify.com", "welcome", {}, NOON)).toBeNull();
});

test("saves nothing of a definition that is wrong", async () => {
  const store = await createShop();
  await expect(saveDefinition(store, SHOP, "cart_recovery", cart([]), NOON)).rejects.toThrow(InvalidDefinitionError);
  expect(await getJourney(store, SHOP, "cart_recovery")).toMatchObject({ version: 1 });
});

test.each<[string, unknown, { path: string; message: string | RegExp }]>([
  ["an unknown field", cart([message], { colour: "red" }), { path: "colour", message: "is not a known field" }],
  [
    "an unknown field deep down",
    cart([{ ...message, message: { en: { ...text, titel: "x" } } }]),
    { path: "steps.0.message.en.titel", message: "is not a known field" },
  ],
  [
    "a negative delay",
    cart([{ type: "wait", delay: "-PT3M" }, message]),
    { path: "steps.0.delay", message: /not negative/ },
  ],
  [
    "a delay in words",
    cart([{ type: "wait", delay: "3 minutes" }, message]),
    { path: "steps.0.delay", message: /ISO 8601/ },
  ],
  ["a number for a delay", cart([{ type: "wait", delay: 180 }, message]), { path: "steps.0.delay", message: /string/ }],
  [
    "a delay over a year",
    cart([{ type: "wait", delay: "P400D" }, message]),
    { path: "steps.0.delay", message: /a year/ },
  ],
  [
    "waits of over a year together",
    cart([{ type: "wait", delay: "P300D" }, message, { type: "wait", delay: "P300D" }, message]),
    { path: "steps", message: /more than a year/ },
  ],
  ["no message", cart([{ type: "wait", delay: "PT3M" }]), { path: "steps", message: "has no message" }],
  [
    "a wait for nothing",
    cart([message, { type: "wait", delay: "PT3M" }]),
    { path: "steps.1", message: /waits for nothing/ },
  ],
  ["no steps", cart([]), { path: "steps", message: /./ }],
  ["an unknown step", cart([{ type: "dance" }, message]), { path: "steps.0.type", message: /./ }],
  [
    "an unknown language",
    cart([{ ...message, message: { xx: text } }]),
    { path: "steps.0.message.xx", message: /language/ },
  ],
  ["no language", cart([{ ...message, message: {} }]), { path: "steps.0.message", message: /at least one language/ }],
  [
    "a trigger of another kind",
    { ...cart([message]), trigger: { type: "subscribed" } },
    { path: "trigger.type", message: /cart_left/ },
  ],
  [
    "broken Liquid",
    cart([{ ...message, message: { en: { title: "Hi\n  {{ first_name }", body: "b" } } }]),
    { path: "steps.0.message.en.title", message: 'line 2, column 3: output "{{ first_name }" not closed' },
  ],
  [
    "a text that loops for ever",
    cart([{ ...message, message: { en: { title: "t", body: "{% for i in (1..999999999) %}x{% endfor %}" } } }]),
    { path: "steps.0.message.en.body", message: /limit exceeded/ },
  ],
  [
    "an unknown variable",
    cart([{ ...message, message: { en: { ...text, body: "{{ frist_name }}" } } }]),
    { path: "steps.0.message.en.body", message: 'line 1, column 4: unknown variable "frist_name"' },
  ],
  [
    "a discount of 150 %",
    cart([{ ...message, discount: { percent: 150 } }]),
    { path: "steps.0.discount.percent", message: /./ },
  ],
  [
    "a link with a script",
    cart([{ ...message, message: { en: { ...text, url: "javascript:alert(1)" } } }]),
    { path: "steps.0.message.en.url", message: /https/ },
  ],
  [
    "a link to nowhere in particular",
    cart([{ ...message, message: { en: { ...text, url: "//evil.example" } } }]),
    { path: "steps.0.message.en.url", message: /https/ },
  ],
  ["not an object", "cart", { path: "", message: /./ }],
  ["null", null, { path: "", message: /./ }],
])("refuses %s and says where", (_, definition, { path, message: words }) => {
  const issues = issuesOf(definition);
  expect(issues).toContainEqual({ path, message: typeof words === "string" ? words : expect.stringMatching(words) });
});

test("gives no discounts in journeys that were asked for or that follow an order", () => {
  const definition = { trigger: { type: "shipped" }, steps: [{ ...message, discount: { percent: 10 } }] };
  expect(issuesOf(definition, "shipping")).toContainEqual({
    path: "steps.0.discount",
    message: "shipping gives no discounts",
  });
});

test("publishes the schema it checks with", () => {
  const schema = journeyJsonSchema();
  expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  expect(JSON.stringify(schema)).toContain('"wait"');
});
