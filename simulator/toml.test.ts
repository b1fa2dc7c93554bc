import { expect, test } from "vitest";
import { hasScope, parseAppConfig } from "./app-config.ts";
import { parseToml } from "./toml.ts";
import { TEST_CONFIG } from "./testing/start-sim.ts";

test("reads tables, arrays of tables, values over several lines and comments", () => {
  const toml = parseToml(`
    name = "A # B" # the name
    [one.two]
    on = true
    count = 1_000
    list = [
      "a", # first
      "b",
    ]
    [[many]]
    x = 'y'
    [[many]]
    inline = { a = 1, b = "c" }
  `);

  expect(toml).toEqual({
    name: "A # B",
    one: { two: { on: true, count: 1000, list: ["a", "b"] } },
    many: [{ x: "y" }, { inline: { a: 1, b: "c" } }],
  });
});

test("says which line it cannot read", () => {
  expect(() => parseToml("a = 1\nwhat is this")).toThrow("line 2");
});

test("finds scopes, topics, compliance topics and the proxy in shopify.app.toml", () => {
  const config = parseAppConfig(TEST_CONFIG);

  expect(config.apiVersion).toBe("2026-10");
  expect(config.scopes).toContain("write_discounts");
  expect(config.subscriptions.find((one) => one.topic === "orders/paid")).toMatchObject({
    uri: "/webhooks",
    isCompliance: false,
  });
  expect(config.subscriptions.find((one) => one.topic === "shop/redact")).toMatchObject({ isCompliance: true });
  expect(config.proxy).toEqual({ path: "/proxy", prefix: "apps", subpath: "beckon" });
});

test("writing includes reading, not the other way round", () => {
  expect(hasScope(["write_discounts"], "read_discounts")).toBe(true);
  expect(hasScope(["read_discounts"], "write_discounts")).toBe(false);
});
