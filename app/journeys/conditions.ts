import { z } from "zod";

// One small language for entry filters and for steps that are only for some: a field, an operator, a value. Fields are
// facts read from the mirror at the moment of deciding. Money is compared in minor units of the cart's own currency.

export const CONDITION_FIELDS = [
  "cart_total",
  "item_count",
  "currency",
  "ships_free",
  "checkout_stage",
  "shipment_status",
  "is_reduced",
  "locale",
  "country",
  "device_type",
  "is_customer",
  "rating",
  "ordered_again",
  "occasion",
  "chain",
  "tag",
  "event_happened",
] as const;
export type ConditionField = (typeof CONDITION_FIELDS)[number];

type Fact = string | number | boolean | readonly string[] | null;

/**
 * What is known when a condition is judged; a field that is absent or null meets no condition but `ne` and `not_in`. Of a
 * list (`tag`), `eq` and `in` ask whether it holds the value.
 */
export type ConditionFacts = Partial<Record<ConditionField, Fact>>;

const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);

export const conditionSchema = z.discriminatedUnion("op", [
  z.strictObject({ field: z.enum(CONDITION_FIELDS), op: z.enum(["eq", "ne"]), value: scalar }),
  z.strictObject({ field: z.enum(CONDITION_FIELDS), op: z.enum(["gt", "gte", "lt", "lte"]), value: z.number() }),
  z.strictObject({
    field: z.enum(CONDITION_FIELDS),
    op: z.enum(["in", "not_in"]),
    value: z.array(scalar).min(1).max(100),
  }),
]);
export type Condition = z.infer<typeof conditionSchema>;

export const conditionGroupSchema = z
  .strictObject({ all: z.array(conditionSchema).min(1).max(20) })
  .describe("Met when every condition is met");
export type ConditionGroup = z.infer<typeof conditionGroupSchema>;

/** A missing group is met. */
export function meetsConditions(group: ConditionGroup | null | undefined, facts: ConditionFacts): boolean {
  return group?.all.every((condition) => meets(condition, facts[condition.field] ?? null)) ?? true;
}

function meets(condition: Condition, fact: Fact): boolean {
  const isIt = (value: string | number | boolean) =>
    typeof fact === "object" ? (fact?.some((one) => one === value) ?? false) : fact === value;
  switch (condition.op) {
    case "eq":
      return isIt(condition.value);
    case "ne":
      return !isIt(condition.value);
    case "in":
      return condition.value.some(isIt);
    case "not_in":
      return !condition.value.some(isIt);
    case "gt":
      return typeof fact === "number" && fact > condition.value;
    case "gte":
      return typeof fact === "number" && fact >= condition.value;
    case "lt":
      return typeof fact === "number" && fact < condition.value;
    case "lte":
      return typeof fact === "number" && fact <= condition.value;
  }
}
