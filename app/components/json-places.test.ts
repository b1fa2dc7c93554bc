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

test.each([
  ['{\n  "a": 1,\n  b\n}', { line: 3, column: 3 }],
  ['{\n  "a": 1', { line: 2, column: 9 }],
  ['{\n  "steps": [}', { line: 2, column: 13 }],
  ['{ "a": "x" "b": 1 }', { line: 1, column: 12 }],
  ["[1, 2] 3", { line: 1, column: 8 }],
  ["[1,, 2]", { line: 1, column: 4 }],
])("says where %j stops being JSON", (text, place) => {
  expect(jsonFault(text)?.place).toEqual(place);
  expect(jsonFault(text)?.message).not.toMatch(/position|\n/);
});

test("finds nothing wrong with JSON", () => {
  expect(jsonFault(TEXT)).toBeNull();
});
