/** Other products a step can be about. */
export const OFFERED = ["alternative", "reduced", "best_seller"] as const;
export type Offered = (typeof OFFERED)[number];
