import { z } from "zod";

export const discountSchema = z.strictObject({
  percent: z.number().int().min(1).max(100).describe("Percent off the whole order"),
  validHours: z.number().int().min(1).max(720).default(48).describe("At least this long; ends at the end of that day"),
  whenUnavailable: z
    .enum(["wait", "send_without"])
    .default("wait")
    .describe(
      "When no code can be had: wait up to an hour, or leave at once without one. After the wait it leaves without",
    ),
});
export type StepDiscount = z.infer<typeof discountSchema>;
