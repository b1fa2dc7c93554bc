import { expect, test } from "vitest";
import { readEmbedState } from "./embed-state.ts";

const extensions = (status: string) => [
  { type: "ui_extension", activations: [{ target: "admin.block" }] },
  {
    type: "theme_app_extension",
    activations: [
      { handle: "bell", status: "active" },
      { handle: "beckon-embed", status },
    ],
  },
];

test("tells from Shopify's list whether the embed is on", () => {
  expect(readEmbedState(extensions("active"))).toBe(true);
  expect(readEmbedState(extensions("available"))).toBe(false);
});

test.each([undefined, null, {}, [], [{ type: "theme_app_extension" }]])("does not know from %j", (told) => {
  expect(readEmbedState(told)).toBeNull();
});
