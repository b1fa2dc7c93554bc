import { expect, test } from "vitest";
import { delayInWords, delayParts, delayText } from "./delay-text.ts";
import { formatAgo, formatMoney, formatMoneys, formatShare, formatTime } from "./format.ts";

test.each([
  [{ currency: "USD", amount: 123_456 }, "$1,234.56"],
  [{ currency: "JPY", amount: 1050 }, "¥1,050"],
  [{ currency: "KWD", amount: 1050 }, "KWD\u00a01.050"],
  [{ currency: "nonsense", amount: 7 }, "7 nonsense"],
])("writes %j with the currency's own digits", (money, text) => {
  expect(formatMoney(money)).toBe(text);
});

test("writes several currencies side by side, and nothing in the shop's own", () => {
  expect(
    formatMoneys(
      [
        { currency: "USD", amount: 100 },
        { currency: "JPY", amount: 5 },
      ],
      "USD",
    ),
  ).toBe("$1.00 + ¥5");
  expect(formatMoneys([], "EUR")).toBe("€0.00");
});

test("writes times in the shop's timezone, and in UTC when it is unknown", () => {
  expect(formatTime("2026-11-21T22:30:00Z", "Europe/Istanbul")).toBe("Nov 22, 2026, 01:30");
  expect(formatTime("2026-11-21T22:30:00Z", "Mars/Olympus")).toBe("Nov 21, 2026, 22:30");
});

test("takes no share of nothing", () => {
  expect(formatShare(0, 0)).toBe("—");
  expect(formatShare(1, 3)).toBe("33.3%");
});

test.each([
  ["2026-11-21T12:00:10Z", "just now"],
  ["2026-11-21T11:57:00Z", "3 minutes ago"],
  ["2026-11-21T14:00:00Z", "in 2 hours"],
  ["2026-11-18T12:00:00Z", "3 days ago"],
])("tells %s from noon", (instant, words) => {
  expect(formatAgo(instant, "2026-11-21T12:00:00Z")).toBe(words);
});

test.each([
  ["PT3M", 3, "minutes"],
  ["PT90M", 90, "minutes"],
  ["PT2H", 2, "hours"],
  ["P1DT12H", 36, "hours"],
  ["P2W", 14, "days"],
  ["PT45S", 45, "seconds"],
  ["PT0S", 0, "minutes"],
] as const)("reads the wait %s as %d %s and writes the same time back", (delay, amount, unit) => {
  expect(delayParts(delay)).toEqual({ amount, unit });
  expect(delayParts(delayText(amount, unit))).toEqual({ amount, unit });
});

test("writes a wait that is not finished typing as something the server refuses", () => {
  expect(delayText(Number.NaN, "hours")).toBe("");
  expect(delayInWords(900_000)).toBe("15 minutes");
  expect(delayInWords(86_400_000)).toBe("1 day");
});
