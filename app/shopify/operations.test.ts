import { readFileSync } from "node:fs";
import { buildClientSchema, NoDeprecatedCustomRule, parse, validate } from "graphql";
import type { IntrospectionQuery } from "graphql";
import { expect, test } from "vitest";
import * as operations from "./operations.ts";

const extract = JSON.parse(
  readFileSync(new URL("../../simulator/admin-schema.json", import.meta.url), "utf8"),
) as IntrospectionQuery;
const schema = buildClientSchema(extract);
const documents: [string, string][] = Object.entries<unknown>(operations).flatMap(([name, value]) =>
  typeof value === "string" ? [[name, value]] : [],
);

test.each(documents)("%s is valid in the Admin API's schema", (_name, document) => {
  expect(validate(schema, parse(document)).map(String)).toEqual([]);
});

test("operations have names of their own, by which metrics and logs tell them apart", () => {
  const names = documents.map(([, document]) => /(?:query|mutation)\s+(\w+)/.exec(document)?.[1]);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

test.each(documents)("%s uses nothing that Shopify has deprecated", (_name, document) => {
  expect(validate(schema, parse(document), [NoDeprecatedCustomRule]).map(String)).toEqual([]);
});
