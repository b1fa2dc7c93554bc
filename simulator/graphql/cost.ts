import { Kind } from "graphql";
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode, ValueNode } from "graphql";

const MAXIMUM = 2000;
const RESTORE_PER_SECOND = 100;
const MUTATION_COST = 10;
/** The dearest single query Shopify takes. */
export const MAXIMUM_QUERY_COST = 1000;

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };

/** The leaky bucket of one app on one shop (Standard plan), filled in machine time. */
export type CostBucket = {
  /** Takes `cost` points; false: not enough are there, nothing is taken. */
  take(cost: number): boolean;
  /** Gives back what was requested but not used. */
  giveBack(points: number): void;
  status(): ThrottleStatus;
};

export function createCostBucket(machineMs: () => number): CostBucket {
  let available = MAXIMUM;
  let filledAt = machineMs();

  function fill(): void {
    const now = machineMs();
    available = Math.min(MAXIMUM, available + ((now - filledAt) / 1000) * RESTORE_PER_SECOND);
    filledAt = now;
  }

  return {
    take(cost) {
      fill();
      if (cost > available) return false;
      available -= cost;
      return true;
    },
    giveBack(points) {
      fill();
      available = Math.min(MAXIMUM, available + points);
    },
    status() {
      fill();
      return { maximumAvailable: MAXIMUM, currentlyAvailable: Math.floor(available), restoreRate: RESTORE_PER_SECOND };
    },
  };
}

/**
 * What a document costs before it runs: an object 1, a connection its objects as many times as `first` or `last` says, a
 * mutation 10, scalars nothing.
 */
export function requestedCost(
  document: DocumentNode,
  operationName: string | null,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operation = document.definitions.find(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (operationName === null || definition.name?.value === operationName),
  );
  if (!operation || operation.kind !== Kind.OPERATION_DEFINITION) return 0;
  const isMutation = operation.operation === "mutation";

  function costOf(selections: SelectionSetNode | undefined, depth: number): number {
    let cost = 0;
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) cost += costOfField(selection, depth);
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOf(selection.selectionSet, depth);
      else cost += costOf(fragments.get(selection.name.value)?.selectionSet, depth);
    }
    return cost;
  }
  function costOfField(field: FieldNode, depth: number): number {
    if (!field.selectionSet || field.name.value.startsWith("__") || field.name.value === "userErrors") return 0;
    if (field.name.value === "pageInfo") return 0;
    const own = isMutation && depth === 0 ? MUTATION_COST : 1;
    const inside = costOf(field.selectionSet, depth + 1);
    const count = pageSize(field, variables);
    return count === null ? own + inside : own + Math.ceil(count * Math.max(1, inside - 1));
  }
  return costOf(operation.selectionSet, 0);
}

function pageSize(field: FieldNode, variables: Record<string, unknown>): number | null {
  const argument = field.arguments?.find(({ name }) => ["first", "last", "ids"].includes(name.value));
  if (!argument) return null;
  if (argument.name.value === "ids") return listLength(argument.value, variables);
  if (argument.value.kind === Kind.INT) return Number(argument.value.value);
  return argument.value.kind === Kind.VARIABLE ? Number(variables[argument.value.name.value] ?? 0) : null;
}

/** How many ids `nodes(ids:)` asks for. */
function listLength(value: ValueNode, variables: Record<string, unknown>): number | null {
  if (value.kind === Kind.LIST) return value.values.length;
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  return Array.isArray(given) ? given.length : null;
}
