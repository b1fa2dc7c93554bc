import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildStorefront, gzipBytes } from "../scripts/build-storefront.ts";

const built = await buildStorefront();
const committed = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
const gzip = (path: string) => gzipBytes(built.get(path)!);

test.each([...built.keys()])("%s is what its sources build (else: node scripts/build-storefront.ts)", (path) => {
  expect(committed(path)).toBe(built.get(path));
});

test("the page script costs at most 3 kB before the prompt, the loader in the page counted in", () => {
  const embed = committed("extensions/beckon/blocks/beckon-embed.liquid");
  const loader = /<script>([\s\S]*?)<\/script>/.exec(embed)![1]!;

  expect(gzip("extensions/beckon/assets/beckon.js")).toBeLessThanOrEqual(3_000);
  expect(gzipBytes(built.get("extensions/beckon/assets/beckon.js")! + loader)).toBeLessThanOrEqual(3 * 1024);
});

test("the service worker costs at most 2.5 kB", () => {
  expect(gzip("public/beckon-sw.js")).toBeLessThanOrEqual(2_500);
});

test("what is loaded on demand stays small", () => {
  for (const path of built.keys()) expect(gzip(path), path).toBeLessThanOrEqual(4_096);
});

test("the worker has no fetch handler and asks for no notifications", () => {
  const worker = built.get("public/beckon-sw.js")!;

  expect(worker).not.toMatch(/addEventListener\(["']fetch["']/);
  expect(worker).not.toContain("getNotifications");
});
