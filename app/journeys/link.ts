import { z } from "zod";

export const LONGEST_URL = 1_000;

/** Where a click leads: a path on the shop's own domain, or an https address. */
export const linkSchema = z
  .string()
  .min(1)
  .max(LONGEST_URL)
  .regex(/^(https:\/\/\S+|\/(?!\/)\S*)$/, "must be a path such as /collections/new or an https address");
