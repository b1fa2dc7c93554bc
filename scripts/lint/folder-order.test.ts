import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { problemOf } from "./folder-order.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const OXLINT = path.join(ROOT, "node_modules", "oxlint", "bin", "oxlint");

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

test("the linter finds every kind of import and tells types apart", () => {
  const file = path.join(ROOT, "app", "store", `zz-lint-${process.pid}.ts`);
  writeFileSync(
    file,
    `import a from "../events/a.ts";
import type { B } from "../events/b.ts";
import { type C } from "../events/c.ts";
import { type D, d } from "../events/d.ts";
export { e } from "../events/e.ts";
export type * from "../events/f.ts";
const g = await import("../events/g.ts");
type H = import("../events/h.ts").H;
import zod from "zod";
// import x from "../events/not.ts";
`,
  );

  const { stdout } = spawnSync(process.execPath, [OXLINT, "--format", "json", file], { cwd: ROOT, encoding: "utf8" });
  rmSync(file);

  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; message: string }[] };
  const found = diagnostics.filter(({ code }) => code.includes("folder-order")).map(({ message }) => message);
  expect(found.map((message) => message.split(":")[0]).toSorted()).toEqual(
    ["a", "d", "e", "g"].map((name) => `app/events/${name}.ts`),
  );
});
