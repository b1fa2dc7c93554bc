import { expect, test } from "vitest";
import { placeInWords, stillWrong } from "./problem-places.ts";

test.each([
  ["steps.1.message.en.title", "Step 2 · English · Title"],
  ["steps.2.yes.0.delay", "Step 3 · Then · Step 1 · Delay"],
  ["steps.2.ways.1.steps.0.url", "Step 3 · Way · 2 · Step 1 · Link"],
  ["filter.all.0.value", "For whom · 1 · Value"],
  ["goal.name", "Goal · Name"],
])("says where %s is", (path, words) => {
  expect(placeInWords(path)).toBe(words);
});

const message = (title: string) => ({ type: "message", message: { en: { title } } });
const problem = { path: "steps.0.message.en.title", message: "is empty" };

test("takes a problem away once its field was changed", () => {
  const judged = { steps: [message("")] };

  expect(stillWrong([problem], judged, { steps: [message("")] })).toEqual([problem]);
  expect(stillWrong([problem], judged, { steps: [message("Hello")] })).toEqual([]);
});

test("takes a missing field's problem away once something was written beside it", () => {
  const missing = { path: "steps.0.timeout", message: "is needed" };
  const judged = { steps: [{ type: "wait" }] };

  expect(stillWrong([missing], judged, { steps: [{ type: "wait" }] })).toEqual([missing]);
  expect(stillWrong([missing], judged, { steps: [{ type: "wait", timeout: "PT1H" }] })).toEqual([]);
});

test("judges no step by the place where another stood", () => {
  const judged = { steps: [message(""), { type: "end" }] };

  expect(stillWrong([problem], judged, { steps: [{ type: "end" }, message("")] })).toEqual([]);
});
