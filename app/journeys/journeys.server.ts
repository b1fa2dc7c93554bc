import { checkTemplate } from "../composer/liquid.server.ts";
import type { NewJob } from "../scheduler/job.ts";
import { AUDIENCE_KINDS, audienceWatchJobs } from "./audience-jobs.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import type { ShopStore } from "../shopify/shop-store.ts";
import { discountIssues } from "./check-discounts.server.ts";
import { journeySchema } from "./definition.ts";
import type { JourneyDefinition, MessageStep } from "./definition.ts";
import { DISCOUNT_POOL_JOB, discountPoolKey } from "./discount-store.ts";
import type { Journey, JourneyStore } from "./journey-store.ts";
import { JOURNEY_KINDS, journeyKind } from "./kinds/registry.server.ts";
import { allSteps } from "./step-paths.ts";

// What a merchant does with journeys, from the admin and from the API alike.

type Stores = { journeys: JourneyStore };

/** One thing that is wrong with a definition. `path` names the field: "steps.1.message.en.title". */
export type DefinitionIssue = { path: string; message: string };

/** A definition that cannot be saved. Nothing was. */
export class InvalidDefinitionError extends Error {
  readonly issues: DefinitionIssue[];

  constructor(issues: DefinitionIssue[]) {
    super(issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; "));
    this.name = "InvalidDefinitionError";
    this.issues = issues;
  }
}

/** Every journey of the shop, in the order the merchant sees them. */
export async function listJourneys(store: Stores, shop: string): Promise<Journey[]> {
  const stored = new Map((await store.journeys.list(shop)).map((journey) => [journey.kind, journey]));
  return JOURNEY_KINDS.flatMap(({ kind }) => stored.get(kind) ?? []);
}

/** Null for a kind that does not exist or a shop that has none. */
export async function getJourney(store: Stores, shop: string, kind: string): Promise<Journey | null> {
  return journeyKind(kind) ? store.journeys.get(shop, kind) : null;
}

/**
 * Replaces a journey's definition by a new version. Runs under way go on with the one they started with.
 *
 * @param unknownJson as it came from the outside
 * @param admin where a merchant's own codes are looked at; null: nowhere
 * @returns null when the shop has no such journey
 * @throws InvalidDefinitionError naming every field that is wrong
 */
export async function saveDefinition(
  store: Stores & { shops: Pick<ShopStore, "get"> },
  shop: string,
  kind: string,
  unknownJson: unknown,
  now: Date,
  admin: AdminApi | null = null,
): Promise<Journey | null> {
  if (!(await getJourney(store, shop, kind))) return null;
  const definition = parseDefinition(kind, unknownJson);
  const currency = (await store.shops.get(shop))?.currency ?? "USD";
  const issues = await discountIssues(admin, { shop, currency }, definition, now);
  if (issues.length > 0) throw new InvalidDefinitionError(issues);
  return store.journeys.save(shop, kind, definition, now, jobsAfter(shop, [kind], now));
}

/** @returns the journey as it is now, null when the shop has none of this kind */
export async function setEnabled(
  store: Stores,
  shop: string,
  kind: string,
  enabled: boolean,
  now: Date,
): Promise<Journey | null> {
  if (!journeyKind(kind)) return null;
  const known = await store.journeys.setEnabled(shop, kind, enabled, now, jobsAfter(shop, [kind], now));
  return known ? store.journeys.get(shop, kind) : null;
}

/** Gives a shop the journeys it does not have yet, each on or off by its own default. Called at every install. */
export async function ensureDefaultJourneys(store: Stores, shop: string, now: Date): Promise<void> {
  const missing = JOURNEY_KINDS.map(({ kind, isEnabledAfterInstall, defaultDefinition }) => ({
    kind,
    enabled: isEnabledAfterInstall,
    definition: defaultDefinition,
  }));
  await store.journeys.addMissing(shop, missing, now, jobsAfter(shop, AUDIENCE_KINDS, now));
}

/** The definition a new shop starts with, to go back to. Null for an unknown kind. */
export function defaultDefinitionOf(kind: string): JourneyDefinition | null {
  return journeyKind(kind)?.defaultDefinition ?? null;
}

/**
 * Checks a definition without saving it.
 *
 * @throws InvalidDefinitionError naming every field that is wrong
 */
export function parseDefinition(kind: string, unknownJson: unknown): JourneyDefinition {
  const rules = journeyKind(kind);
  if (!rules) throw new InvalidDefinitionError([{ path: "", message: `there is no journey "${kind}"` }]);
  if (isDeeperThan(unknownJson, DEEPEST_JSON)) {
    throw new InvalidDefinitionError([{ path: "steps", message: "stand too deep inside one another" }]);
  }
  const parsed = journeySchema.safeParse(unknownJson);
  if (!parsed.success) throw new InvalidDefinitionError(parsed.error.issues.flatMap(describeIssue));

  const definition = parsed.data;
  const issues: DefinitionIssue[] = [];
  if (definition.trigger.type !== rules.trigger) {
    issues.push({ path: "trigger.type", message: `must be "${rules.trigger}" for ${kind}` });
  }
  for (const { place, step } of allSteps(definition)) {
    if (step.type !== "message") continue;
    if (step.discount && !rules.mayDiscount) {
      issues.push({ path: `${place}.discount`, message: `${kind} gives no discounts` });
    }
    issues.push(...checkTexts(step.message, `${place}.message`));
  }
  if (issues.length > 0) throw new InvalidDefinitionError(issues);
  return definition;
}

/** Deeper than any definition: what is nested a thousand times would exhaust the stack of whoever looks at it. */
const DEEPEST_JSON = 60;

function isDeeperThan(json: unknown, levels: number): boolean {
  if (typeof json !== "object" || json === null) return false;
  return levels === 0 || Object.values(json).some((value) => isDeeperThan(value, levels - 1));
}

/** What is wrong with the Liquid of a message's texts, with line and column. */
export function checkTexts(texts: MessageStep["message"], path: string): DefinitionIssue[] {
  return Object.entries(texts).flatMap(([locale, text]) => {
    const fields: [string, string][] = [
      ["title", text.title],
      ["body", text.body],
      ...(text.actions ?? []).map(({ title }, index): [string, string] => [`actions.${index}.title`, title]),
    ];
    return fields.flatMap(([field, source]) =>
      checkTemplate(source).map(({ message, line, column }) => ({
        path: `${path}.${locale}.${field}`,
        message: `line ${line}, column ${column}: ${message}`,
      })),
    );
  });
}

/** Buttons that only a journey can obey: a message by itself has nothing to put off, and is about no product we know of. */
export function checkLoneButtons(texts: MessageStep["message"], path: string): DefinitionIssue[] {
  return Object.entries(texts).flatMap(([locale, { actions = [] }]) =>
    actions.flatMap(({ does }, index) =>
      does && does.type !== "quiet"
        ? [{ path: `${path}.${locale}.actions.${index}.does`, message: `"${does.type}" is for messages of journeys` }]
        : [],
    ),
  );
}

type ZodIssue = NonNullable<ReturnType<typeof journeySchema.safeParse>["error"]>["issues"][number];

function describeIssue(issue: ZodIssue): DefinitionIssue[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "is not a known field" }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map(({ message }) => ({ path: path.join("."), message: `"${path.at(-1)}" ${message}` }));
  }
  return [{ path: path.join("."), message: issue.message }];
}

/** Codes are made ahead of need, and days to come looked for: what the definitions say now is looked at at once. */
function jobsAfter(shop: string, kinds: string[], now: Date): NewJob[] {
  return [
    { kind: DISCOUNT_POOL_JOB, key: discountPoolKey(shop), payload: { shop }, runAt: now, priority: 10 },
    ...audienceWatchJobs(shop, kinds, now),
  ];
}
