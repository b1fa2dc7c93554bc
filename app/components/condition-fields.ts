import type { Condition, ConditionField } from "../journeys/conditions.ts";

type Kind = "money" | "number" | "text" | "boolean" | "choice";

/** How a fact is asked for and what it can be compared with. */
export const CONDITION_FORMS: Record<ConditionField, { label: string; kind: Kind; choices?: string[]; help?: string }> =
  {
    cart_total: { label: "Cart total", kind: "money", help: "In the cart’s own currency." },
    item_count: { label: "Pieces in the cart", kind: "number" },
    currency: { label: "Currency", kind: "text", help: "Such as USD or TRY." },
    ships_free: { label: "The cart ships free already", kind: "boolean" },
    checkout_stage: { label: "Checkout stage", kind: "choice", choices: ["contact", "shipping", "payment"] },
    shipment_status: {
      label: "Shipment",
      kind: "choice",
      choices: ["shipped", "out_for_delivery", "delayed", "ready_for_pickup", "delivered"],
    },
    is_reduced: { label: "The product is reduced", kind: "boolean" },
    locale: { label: "Language", kind: "text", help: "Such as en, tr or pt-BR." },
    country: { label: "Country", kind: "text", help: "Two letters, such as TR or US." },
    device_type: { label: "Device", kind: "choice", choices: ["desktop", "mobile", "tablet"] },
    is_customer: { label: "They are a customer we know", kind: "boolean" },
    rating: { label: "Stars of the review", kind: "number" },
    ordered_again: { label: "They ordered again", kind: "boolean" },
    occasion: { label: "Occasion", kind: "text" },
    chain: { label: "Chain of actions", kind: "text", help: "The name of one of the chains above." },
    tag: { label: "Tag", kind: "text" },
    event_happened: { label: "What was waited for happened", kind: "boolean" },
  };

const OPERATOR_WORDS: Record<Condition["op"], string> = {
  eq: "is",
  ne: "is not",
  gte: "is at least",
  gt: "is more than",
  lte: "is at most",
  lt: "is less than",
  in: "is one of",
  not_in: "is none of",
};

export function operatorsOf(field: ConditionField): { value: Condition["op"]; label: string }[] {
  const { kind } = CONDITION_FORMS[field];
  const fitting: Condition["op"][] =
    kind === "boolean"
      ? ["eq", "ne"]
      : kind === "text" || kind === "choice"
        ? ["eq", "ne", "in", "not_in"]
        : ["gte", "gt", "lte", "lt", "eq", "ne"];
  return fitting.map((value) => ({ value, label: OPERATOR_WORDS[value] }));
}

/** What a new condition says first. */
export function newCondition(field: ConditionField): Condition {
  const { kind, choices } = CONDITION_FORMS[field];
  if (kind === "boolean") return { field, op: "eq", value: true };
  if (kind === "text" || kind === "choice") return { field, op: "eq", value: choices?.[0] ?? "" };
  return { field, op: "gte", value: kind === "number" ? 1 : Number.NaN };
}

/** The same condition by another operator: one value becomes a list, and a list its first value. */
export function withOperator(condition: Condition, op: string): Condition {
  const { field } = condition;
  const found = operatorsOf(field).find(({ value }) => value === op)?.value ?? "eq";
  const first = [condition.value].flat()[0] ?? "";
  if (found === "in" || found === "not_in") return { field, op: found, value: [condition.value].flat() };
  if (found === "eq" || found === "ne") return { field, op: found, value: first };
  return { field, op: found, value: typeof first === "number" ? first : Number.NaN };
}
