export const DELAY_UNITS = ["seconds", "minutes", "hours", "days"] as const;
export type DelayUnit = (typeof DELAY_UNITS)[number];

const SECONDS: Record<DelayUnit, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/** An ISO 8601 duration as a number and the largest unit that says it whole: "PT90M" is 90 minutes. */
export function delayParts(delay: string): { amount: number; unit: DelayUnit } {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(delay);
  if (!match) return { amount: Number.NaN, unit: "minutes" };
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const total = ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  const unit = DELAY_UNITS.toReversed().find((candidate) => total % SECONDS[candidate] === 0) ?? "seconds";
  return total === 0 ? { amount: 0, unit: "minutes" } : { amount: total / SECONDS[unit], unit };
}

/** NaN gives a text that the server refuses, with words for the field. */
export function delayText(amount: number, unit: DelayUnit): string {
  if (Number.isNaN(amount)) return "";
  const letter = { seconds: "S", minutes: "M", hours: "H", days: "D" }[unit];
  return unit === "days" ? `P${amount}D` : `PT${amount}${letter}`;
}

/** "15 minutes", "1 day". */
export function delayInWords(milliseconds: number): string {
  const { amount, unit } = delayParts(`PT${Math.round(milliseconds / 1000)}S`);
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}
