import { z } from "zod";
import { linkSchema } from "./link.ts";

const doesSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("remind"),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 20:00")
      .describe("Where the shopper is; when it has passed, tomorrow"),
  }),
  z.strictObject({ type: z.literal("if_cheaper") }),
  z.strictObject({ type: z.literal("quiet"), days: z.number().int().min(1).max(90).default(7) }),
  z.strictObject({ type: z.literal("share") }),
]);

/** A button under a message: it leads somewhere, or it does what the shopper wants done. */
export const actionSchema = z
  .strictObject({
    action: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be a short lower-case name such as cart"),
    title: z.string().min(1).max(200).describe("Liquid"),
    url: linkSchema.nullish().describe("Where the button leads; without it, where the message leads"),
    does: doesSchema
      .nullish()
      .describe(
        "remind: the run goes on at that time; if_cheaper: no more of this run, but a word when a price falls; quiet: no marketing for so many days; share: a page to pass the product on. Left out of a message that could not keep it",
      ),
  })
  .refine(({ url, does }) => !url || !does, {
    message: "either leads somewhere (url) or does something",
    path: ["does"],
  });
