import { expect, test } from "vitest";
import { jsonFault, placeInJson } from "./json-places.ts";

const TEXT = `{
  "trigger": { "type": "cart_left" },
  "steps": [
    { "type": "wait", "delay": "PT3M" },
    { "type": "message", "message": { "en": { "title": "A \\"b\\", [c]: {d}", "body": "x" } } }
  ],
  "exits": []
}`;

test.each([
  ["trigger.type", { line: 2, column: 24 }],
  ["steps", { line: 3, column: 12 }],
  ["steps.0.delay", { line: 4, column: 32 }],
  ["steps.1", { line: 5, column: 5 }],
  ["steps.1.message.en.body", { line: 5, column: 85 }],
  ["exits", { line: 7, column: 12 }],
])("finds %s in the text", (path, place) => {
  expect(placeInJson(TEXT, path)).toEqual(place);
});

test("names the last parent that is there of a field that is missing", () => {
  expect(placeInJson(TEXT, "steps.0.timeout")).toEqual(placeInJson(TEXT, "steps.0"));
  expect(placeInJson(TEXT, "goal")).toEqual({ line: 1, column: 1 });
});

test("says where a text stops being JSON", () => {
  expect(jsonFault(TEXT)).toBeNull();
  expect(jsonFault('{\n  "a": 1,\n  b\n}')?.place).toEqual({ line: 3, column: 3 });
  expect(jsonFault('{\n  "a": 1')?.place).toEqual({ line: 2, column: 9 });
});
