import type { JourneyTotals, Money, Totals } from "./report-store.ts";

function noTotals(): Totals {
  return { sent: 0, accepted: 0, shown: 0, clicked: 0, orders: 0, revenue: [], discountCost: [] };
}

/** Adds `more` to `sum`, currency by currency. */
function addTotals(sum: Totals, more: Totals): void {
  sum.sent += more.sent;
  sum.accepted += more.accepted;
  sum.shown += more.shown;
  sum.clicked += more.clicked;
  sum.orders += more.orders;
  for (const money of more.revenue) addMoney(sum.revenue, money);
  for (const money of more.discountCost) addMoney(sum.discountCost, money);
}

/** All journeys together. */
export function sumTotals(parts: Totals[]): Totals {
  const sum = noTotals();
  for (const part of parts) addTotals(sum, part);
  return sum;
}

/** The same journeys of several ranges, in the order of their names. */
export function sumJourneys(parts: JourneyTotals[]): JourneyTotals[] {
  const byKind = new Map<string, JourneyTotals>();
  for (const part of parts) {
    const sum = byKind.get(part.kind) ?? { kind: part.kind, ...noTotals() };
    addTotals(sum, part);
    byKind.set(part.kind, sum);
  }
  return [...byKind.values()].toSorted((a, b) => a.kind.localeCompare(b.kind));
}

function addMoney(sums: Money[], { currency, amount }: Money): void {
  const sum = sums.find((money) => money.currency === currency);
  if (sum) sum.amount += amount;
  else sums.push({ currency, amount });
}
