import { z } from "zod";

/** When on its day a message is sent that has no moment of its own. */
export const sendingHourSchema = z
  .string()
  .regex(/^(best|([01]\d|2[0-3]):[0-5]\d)$/, 'must be "best" or a time of day such as 10:00')
  .default("best")
  .describe('By the shopper\'s own clock: "best" is when they usually visit and click, 10:00 until that is known');
export type SendingHour = z.infer<typeof sendingHourSchema>;
