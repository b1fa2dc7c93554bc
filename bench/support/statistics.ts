/** Of an even number the mean of the middle two. NaN of none. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** @param share 0.99 for p99 */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The median of what the rounds had in common: each ratio is of one round, so that a busy machine slows both sides. */
export function medianRatio(above: number[], below: number[]): number {
  return round(median(above.map((value, index) => value / (below[index] ?? Number.NaN))), 2);
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

export function range(values: number[], digits = 0): string {
  return `${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)}`;
}
