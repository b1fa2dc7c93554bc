import { expect, test } from "vitest";
import { importsOf, problemOf } from "./check-imports.ts";

function problem(from: string, to: string, isType = false): string | null {
  return problemOf({ from, to, isType });
}

test("a folder imports what stands to its right and nothing to its left", () => {
  expect(problem("app/journeys/a.ts", "app/composer/b.ts")).toBeNull();
  expect(problem("app/journeys/a.ts", "app/journeys/kinds/b.ts")).toBeNull();
  expect(problem("app/composer/a.ts", "app/journeys/b.ts")).toBe("journeys/ stands left of composer/");
  expect(problem("app/scheduler/a.ts", "app/events/b.ts", true)).toContain("stands left");
  expect(problem("app/new-idea/a.ts", "app/events/b.ts")).toContain("no place in the order");
});

test("only routes import components, and components import no server module", () => {
  expect(problem("app/routes/a.tsx", "app/components/b.tsx")).toBeNull();
  expect(problem("app/reports/a.ts", "app/components/b.tsx")).toContain("only routes");
  expect(problem("app/components/a.tsx", "app/reports/b.server.ts")).toContain("no .server module");
  expect(problem("app/components/a.tsx", "app/reports/b.server.ts", true)).toBeNull();
});

test("the store imports types from the domain and nothing else", () => {
  expect(problem("app/store/sqlite/a.ts", "app/journeys/b.ts", true)).toBeNull();
  expect(problem("app/store/sqlite/a.ts", "app/journeys/b.ts")).toContain("only types");
  expect(problem("app/store/sqlite/a.ts", "app/store/b.ts")).toBeNull();
});

test("the Admin API's types are known everywhere, its client to few", () => {
  expect(problem("app/journeys/a.ts", "app/shopify/admin-api.ts", true)).toBeNull();
  expect(problem("app/journeys/a.ts", "app/shopify/admin-client.server.ts")).toContain("stands left");
  expect(problem("app/composer/a.ts", "app/shopify/admin-client.server.ts")).toBeNull();
});

test("the composition root is imported at the edge and by jobs only", () => {
  expect(problem("app/routes/a.ts", "app/services.server.ts")).toBeNull();
  expect(problem("app/jobs/a.ts", "app/services.server.ts", true)).toBeNull();
  expect(problem("app/sender/a.ts", "app/services.server.ts", true)).toContain("take what you need as an argument");
  expect(problem("app/sender/a.ts", "app/clock.server.ts", true)).toBeNull();
});

test("the simulator, the app and the storefront do not know each other", () => {
  expect(problem("simulator/a.ts", "app/shop-settings.ts", true)).toContain("must not know the app");
  expect(problem("app/routes/a.ts", "simulator/a.ts")).toContain("must not know the simulated store");
  expect(problem("storefront/a.ts", "app/storefront-config.ts")).toBeNull();
  expect(problem("storefront/a.ts", "app/shop-settings.ts", true)).toBeNull();
  expect(problem("storefront/a.ts", "app/shop-settings.ts")).toContain("storefront may know");
  expect(problem("storefront/a.ts", "app/clock.server.ts", true)).toContain("storefront may know");
  expect(problem("app/events/a.ts", "tests/support/b.ts")).toContain("not there in production");
});

test("tests may import what they like", () => {
  expect(problem("app/scheduler/a.test.ts", "app/routes/b.ts")).toBeNull();
});

test("finds every kind of import and tells types apart", () => {
  const text = `
    import a from "./a.ts";
    import type { B } from "./b.ts";
    import { type C } from "./c.ts";
    import { type D, d } from "./d.ts";
    export { e } from "./e.ts";
    export type * from "./f.ts";
    const g = await import("./g.ts");
    type H = import("./h.ts").H;
    import zod from "zod";
    // import x from "./not.ts";
  `;

  expect(importsOf("x.ts", text).map(({ specifier, isType }) => `${specifier} ${isType ? "type" : "value"}`)).toEqual([
    "./a.ts value",
    "./b.ts type",
    "./c.ts type",
    "./d.ts value",
    "./e.ts value",
    "./f.ts type",
    "./g.ts value",
    "./h.ts type",
  ]);
});
