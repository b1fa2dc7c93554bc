import { expect, test } from "vitest";
import { figuresInWords } from "./figures.ts";

test("writes instants as the shop's clock shows them", () => {
  expect(figuresInWords({ dueAt: "2026-12-07T00:17:58.369Z" }, "America/New_York")).toEqual([
    ["Due", "Dec 6, 19:17:58"],
  ]);
});

test("writes lists, nested figures and answers without JSON", () => {
  const figures = figuresInWords({ variantIds: ["1", "2"], discount: { code: true }, shown: false, sent: 1200 }, "UTC");

  expect(figures).toEqual([
    ["Variants", "1, 2"],
    ["Discount", "code: yes"],
    ["Shown", "No"],
    ["Sent already", "1,200"],
  ]);
});

test("leaves out what is not known", () => {
  expect(figuresInWords({ price: null, total: undefined }, "UTC")).toEqual([]);
});
