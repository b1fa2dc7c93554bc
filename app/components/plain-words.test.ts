import { expect, test } from "vitest";
import { LEDGER_REASONS } from "../journeys/ledger-store.ts";
import { LOG_STATES } from "../reports/report-store.ts";
import { LOG_STATE_WORDS, reasonInWords, refusalInWords, sentence } from "./plain-words.ts";

test.each(LEDGER_REASONS)("has words of its own for the reason %s", (reason) => {
  expect(reasonInWords(reason)).not.toBe(sentence(reason));
});

test.each(LOG_STATES)("says what the state %s means", (state) => {
  expect(LOG_STATE_WORDS[state].meaning.length).toBeGreaterThan(10);
});

test.each([400, 401, 403, 413])("says what a refusal with %d means and what to do", (status) => {
  const { meaning, whatToDo } = refusalInWords(status);

  expect(meaning).toContain(String(status));
  expect(whatToDo.length).toBeGreaterThan(20);
});

test("does not say of a dropped message that it waits", () => {
  expect(reasonInWords("cap_per_day")).toBe("This person had enough messages for a day: it waits");
  expect(reasonInWords("cap_per_day", true)).toBe(
    "This person had enough messages for a day, and it could not wait that long",
  );
});

test.each(LEDGER_REASONS)("never says that a message dropped for %s waits", (reason) => {
  expect(reasonInWords(reason, true)).not.toMatch(/it waits/);
});
