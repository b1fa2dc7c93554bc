import { z } from "zod";
import { HttpError, readJsonObject } from "./http.ts";
import type { SimRequest } from "./http.ts";

/** A Shopify id given as digits, a number or a gid; read as digits. */
export const idSchema = z.union([z.number().int(), z.string()]).transform((id) =>
  String(id)
    .replace(/^gid:\/\/shopify\/[A-Za-z]+\//, "")
    .replace(/\?.*$/, ""),
);

/** An amount of money: "19.99" or 19.99. */
export const amountSchema = z.union([z.number(), z.string().regex(/^\d+(\.\d+)?$/)]);

/**
 * The body as `schema` reads it.
 * @throws HttpError 400 that names what is wrong
 */
export function readBody<T>(request: SimRequest, schema: z.ZodType<T>): T {
  const result = schema.safeParse(readJsonObject(request));
  if (result.success) return result.data;
  throw new HttpError(
    400,
    result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  );
}
