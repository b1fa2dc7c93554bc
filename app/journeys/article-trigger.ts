import { z } from "zod";
import { sendingHourSchema } from "./sending-hour.ts";

export const articleTriggerSchema = z
  .strictObject({
    type: z.literal("article"),
    feedUrl: z
      .string()
      .max(1_000)
      .refine(isFeedAddress, "must be a path such as /blogs/news.atom or an https address")
      .default("/blogs/news.atom")
      .describe("Atom or RSS: a path on the shop's own domain, or an https address"),
    hour: sendingHourSchema,
  })
  .describe("A new article in the shop's blog; told of once a day at most");
export type ArticleTrigger = z.infer<typeof articleTriggerSchema>;

function isFeedAddress(address: string): boolean {
  if (/^\/(?!\/)\S*$/.test(address)) return true;
  const url = URL.parse(address);
  return url !== null && url.protocol === "https:" && url.username === "" && url.password === "" && url.port === "";
}
