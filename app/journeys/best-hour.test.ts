import { expect, test } from "vitest";
import { timeToSend } from "./best-hour.ts";

const activity = (hours: Record<number, number>) => Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 0);

test("sends when the shopper is usually there, by their own clock", () => {
  expect(timeToSend("best", activity({ 17: 8, 6: 3 }), 180)).toEqual({ hour: 20, minute: 0 });
  expect(timeToSend("best", activity({ 17: 8, 6: 3 }), -300)).toEqual({ hour: 12, minute: 0 });
  expect(timeToSend("best", activity({ 12: 8 }), 330)).toEqual({ hour: 18, minute: 0 });
});

test("a busy stretch outweighs one busy hour", () => {
  expect(timeToSend("best", activity({ 9: 6, 18: 5, 19: 5, 20: 5 }), 0)).toEqual({ hour: 19, minute: 0 });
});

test("never at night, whenever somebody browses", () => {
  const { hour } = timeToSend("best", activity({ 2: 40, 3: 40, 12: 1 }), 0);
  expect(hour).toBe(12);
});

test("until habits are known, at ten", () => {
  expect(timeToSend("best", null, 0)).toEqual({ hour: 10, minute: 0 });
  expect(timeToSend("best", activity({ 20: 2 }), 0)).toEqual({ hour: 10, minute: 0 });
  expect(timeToSend("best", activity({ 3: 30 }), 0)).toEqual({ hour: 10, minute: 0 });
});

test("keeps a time that the merchant chose", () => {
  expect(timeToSend("18:30", activity({ 9: 50 }), 0)).toEqual({ hour: 18, minute: 30 });
});
