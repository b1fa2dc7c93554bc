import type { LoggedEvent } from "../events/shop-event.ts";
import type { Chain, Deed, PropertyCondition } from "./chain-trigger.ts";
import { delayMs } from "./duration.ts";

/** A chain that was done: when its first and its last part were. */
export type Completion = { firstAt: Date; lastAt: Date };

/**
 * The last time a chain was done. What followed on what is judged by when things happened, so that the order in which they
 * were heard of does not matter.
 *
 * @param events of one person, in any order
 */
export function lastCompletion(chain: Chain, events: readonly LoggedEvent[]): Completion | null {
  const withinMs = delayMs(chain.within);
  // For each part the latest beginning of a chain that has come so far: the latest is the one that stays within the time.
  const beginnings: (Date | null)[] = chain.did.map(() => null);
  let completion: Completion | null = null;
  for (const event of inOrder(events)) {
    // From the last part to the first, so that one event is never two parts of the same chain.
    for (let part = chain.did.length - 1; part >= 0; part -= 1) {
      const deed = chain.did[part];
      if (!deed || !isDeed(deed, event)) continue;
      const firstAt = part === 0 ? event.occurredAt : (beginnings[part - 1] ?? null);
      if (firstAt === null || event.occurredAt.getTime() - firstAt.getTime() > withinMs) continue;
      beginnings[part] = firstAt;
      if (part === chain.did.length - 1) completion = { firstAt, lastAt: event.occurredAt };
    }
  }
  return completion;
}

/** Whether something was done after the chain began that it must not hold. */
export function isUndone(chain: Chain, firstAt: Date, events: readonly LoggedEvent[]): boolean {
  return events.some((event) => event.occurredAt > firstAt && chain.not.some((deed) => isDeed(deed, event)));
}

export function isDeed(deed: Deed, { kind, data }: Pick<LoggedEvent, "kind" | "data">): boolean {
  if (kind !== deed.event || (deed.name !== undefined && data.name !== deed.name)) return false;
  return deed.where.every((condition) => meets(condition, propertyOf(kind, data, condition.property)));
}

function propertyOf(kind: string, data: Record<string, unknown>, name: string): unknown {
  const { properties } = data;
  const own = kind === "custom" && typeof properties === "object" && properties !== null ? properties : data;
  if (Object.hasOwn(own, name)) return (own as Record<string, unknown>)[name];
  return kind === "custom" && name === "value" ? data.value : undefined;
}

function meets(condition: PropertyCondition, value: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  switch (condition.op) {
    case "eq":
      return list.includes(condition.value);
    case "ne":
      return !list.includes(condition.value);
    case "in":
      return condition.value.some((one) => list.includes(one));
    case "not_in":
      return !condition.value.some((one) => list.includes(one));
    case "gt":
      return typeof value === "number" && value > condition.value;
    case "gte":
      return typeof value === "number" && value >= condition.value;
    case "lt":
      return typeof value === "number" && value < condition.value;
    case "lte":
      return typeof value === "number" && value <= condition.value;
  }
}

function inOrder(events: readonly LoggedEvent[]): LoggedEvent[] {
  return events.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || a.id - b.id);
}
