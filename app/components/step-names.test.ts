import { expect, test } from "vitest";
import type { Step } from "../journeys/definition.ts";
import { stepName, stepNames } from "./step-names.ts";

const WAIT: Step = { type: "wait", delay: "PT3M", from: "previous" };
const MESSAGE: Step = { type: "message", message: { en: { title: "Hello", body: "You" } }, discount: null };

test("counts messages and names waits for what they wait for", () => {
  expect(stepNames({ steps: [WAIT, MESSAGE, WAIT, MESSAGE] })).toEqual({
    "0": "waiting for message 1",
    "1": "message 1",
    "2": "waiting for message 2",
    "3": "message 2",
  });
});

test("does not count a message that is the only one", () => {
  expect(stepNames({ steps: [MESSAGE] })).toEqual({ "0": "the message" });
});

test("falls back to the number of a step that an older version had", () => {
  expect(stepName({}, "4")).toBe("step 5");
  expect(stepName(undefined, "3.a.0")).toBe("step 3.a.0");
});
