import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFaultWorld } from "./support/fault-world.ts";
import type { FaultWorld } from "./support/fault-world.ts";
import { fuzz } from "./support/fuzz.ts";
import { seededRandom } from "./support/random.ts";
import { seed, tell } from "./support/summary.ts";

// `npm run soak` sends 10,000.
const PER_PATH = 150;

let world: FaultWorld;

beforeAll(async () => {
  world = await createFaultWorld();
}, 120_000);

afterAll(() => world?.close());

test(`${PER_PATH} changed requests for each public path are answered below 500, and the app is as well as before`, async () => {
  const report = await fuzz(world, seededRandom(seed()), PER_PATH);
  tell("changed requests", report);

  expect(report.lost).toEqual([]);
  expect(await fetch(`${world.app}/readyz`).then(({ status }) => status)).toBe(200);
  expect(report.bytesGrown).toBeLessThan(300_000_000);
}, 120_000);

test("whatever strangers sent, the log is one JSON object a line, and none of it theirs", () => {
  const lines = world.appLog().split("\n").filter(Boolean);
  const parsed = lines.map((line) => JSON.parse(line) as { level: string; time: string });

  expect(parsed.every(({ level, time }) => typeof level === "string" && typeof time === "string")).toBe(true);
  expect(parsed.filter(({ level }) => level === "fatal")).toEqual([]);
  expect(world.appLog()).not.toContain("someone@example.com");
});

test.each(["https://evil.example", "null", "nonsense", "en;q=NaN,,,;"])(
  "a form of another site, of the origin %s, is refused without disturbing anybody",
  async (origin) => {
    for (const path of ["/app/settings", "/nothing", "/receipts/x"]) {
      const posted = await fetch(world.app + path, { method: "POST", headers: { origin }, body: "intent=save" });

      expect(posted.status, path).toBe(403);
      expect(posted.headers.get("content-type")).toContain("application/problem+json");
    }
    // Not through fetch, which resolves the dots itself.
    expect(await statusOf("/proxy/receipts/%2e%2e/%2e%2e", origin)).toBe(403);
  },
);

function statusOf(path: string, origin: string): Promise<number | undefined> {
  const { hostname, port } = new URL(world.app);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method: "POST", headers: { origin } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
