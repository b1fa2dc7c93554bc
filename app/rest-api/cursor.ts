import type { z } from "zod";
import { ProblemError } from "./problem.ts";

// A cursor is where a page ended, opaque to clients: they must not build their own.

export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** @throws ProblemError when the cursor is none of ours */
export function readCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new ProblemError(400, "The cursor is not one this list gave.", [
      { path: "cursor", message: "is not the `next` of a page" },
    ]);
  }
}
