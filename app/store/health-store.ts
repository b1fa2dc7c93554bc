/** How the database is. */
export type HealthStore = {
  /** @returns null when it can be written and has every migration of this version, else what is wrong, in a sentence */
  problem(): Promise<string | null>;
  /** When an event of one of these kinds last came in for the shop (shop time); null: never. */
  lastEventAt(shop: string, kinds: string[]): Promise<Date | null>;
  /** Reads the whole file. @returns null when it is sound, else the first thing found */
  corruption(): Promise<string | null>;
};
