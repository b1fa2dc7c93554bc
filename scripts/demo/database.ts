/** The database file of the demo, from the environment its processes are started with. */
export function databaseFile(): string {
  const url = process.env.DATABASE_URL ?? "";
  if (!url.startsWith("file:")) throw new Error(`DATABASE_URL ${url}: the demo needs a file`);
  return url.slice("file:".length);
}

/** The shop clock of the demo. */
export async function shopNow(): Promise<Date> {
  const response = await fetch(`${process.env.SIMULATED_SHOPIFY_URL}/_sim/clock`);
  const { shop } = (await response.json()) as { shop: string };
  return new Date(shop);
}
