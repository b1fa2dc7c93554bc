import { z } from "zod";
import { LONGEST_URL } from "./link.ts";

/** An address of the merchant's own systems. Which machines it may lead to is checked when it is called. */
export const webhookUrlSchema = z
  .string()
  .max(LONGEST_URL)
  .refine(isPlainHttps, "must be an https address of a host by its name, on port 443, without user or password");

function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const written = /^https:\/\/([^/?#\\\s]+)(?:[/?]|$)/i.exec(text)?.[1]?.toLowerCase();
  // The parser understands 0x7f.1, %6c and full-width dots: what is not written plainly hides something.
  const isPlain = written === url.host || written === `${url.host}:443`;
  return isPlain && url.protocol === "https:" && url.port === "" && isName(url.hostname);
}

function isName(hostname: string): boolean {
  return /\.[a-z][a-z0-9-]*$/.test(hostname) && !hostname.endsWith(".");
}
