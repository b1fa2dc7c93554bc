import { z } from "zod";
import { linkSchema } from "./link.ts";

/** A button under a message. */
export const actionSchema = z.strictObject({
  action: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be a short lower-case name such as cart"),
  title: z.string().min(1).max(200).describe("Liquid"),
  url: linkSchema.nullish().describe("Where the button leads; without it, where the message leads"),
});
