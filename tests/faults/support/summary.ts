/** Of this run. FAULTS_SEED repeats another's. */
export function seed(): number {
  return Number(process.env.FAULTS_SEED ?? 20_261_121);
}

/** One line for people: what was tried, and what was lost. Lists are counted, and shown when they are not empty. */
export function tell(what: string, report: Record<string, number | string | readonly string[]>): void {
  const parts = Object.entries(report).map(([name, value]) => {
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    if (!Array.isArray(value)) return `${words} ${String(value)}`;
    return `${words} ${value.length}${value.length > 0 ? ` (${value.slice(0, 5).join("; ")})` : ""}`;
  });
  process.stdout.write(`${what} (seed ${seed()}): ${parts.join(", ")}\n`);
}
