import { expect, test } from "vitest";
import { utmOf } from "./utm.ts";

test("reads the campaign's marks and nothing else of the address", () => {
  expect(utmOf("?utm_source=letter&email=a%40b.c&utm_medium=mail")).toEqual({ source: "letter", medium: "mail" });
  expect(utmOf("?variant=1")).toBeUndefined();
  expect(utmOf(undefined)).toBeUndefined();
});

test("cuts what nobody can have meant", () => {
  expect(utmOf(`?utm_campaign=${"x".repeat(900)}`)?.["campaign"]).toHaveLength(200);
});
