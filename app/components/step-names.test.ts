import { expect, test } from "vitest";
import { cartRecovery } from "../journeys/kinds/cart-recovery.server.ts";
import { welcome } from "../journeys/kinds/welcome.server.ts";
import { stepName, stepNames } from "./step-names.ts";

test("counts messages and names waits for what they wait for", () => {
  expect(stepNames(cartRecovery.defaultDefinition)).toEqual({
    "0": "waiting for message 1",
    "1": "message 1",
    "2": "waiting for message 2",
    "3": "message 2",
  });
});

test("does not count a message that is the only one", () => {
  expect(Object.values(stepNames(welcome.defaultDefinition)).at(-1)).toBe("the message");
});

test("falls back to the number of a step that an older version had", () => {
  expect(stepName({}, "4")).toBe("step 5");
  expect(stepName(undefined, "3.a.0")).toBe("step 3.a.0");
});
