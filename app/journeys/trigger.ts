import { z } from "zod";

/** What begins a journey. */
export const triggerSchema = z.strictObject({ type: z.string().min(1).max(60) });
