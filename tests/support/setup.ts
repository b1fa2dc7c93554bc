import { afterEach, expect, vi } from "vitest";

// A logged error fails the test unless the test announced it with `console.error` mocked.
const errors: unknown[][] = [];
const original = console.error;
console.error = (...args: unknown[]) => {
  errors.push(args);
  original(...args);
};

afterEach(() => {
  vi.restoreAllMocks();
  const logged = errors.splice(0);
  expect(logged, "console.error was called; mock it in the test if that is expected").toEqual([]);
});
