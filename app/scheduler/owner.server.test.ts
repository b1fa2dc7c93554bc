import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { isDeadOwner, thisOwner } from "./owner.server.ts";

test("a running process is not dead, and is told from an earlier one with its pid", () => {
  const owner = thisOwner();
  const earlier = owner.replace(/[^:]+$/, "00000000-1");

  expect(owner).toMatch(/^.+:\d+:[^:]+$/);
  expect(isDeadOwner(owner)).toBe(false);
  // Without /proc the start cannot be compared, and an owner is rather waited for.
  expect(isDeadOwner(earlier)).toBe(process.platform === "linux");
});

test("a process that ended is dead", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");

  expect(isDeadOwner(`${hostname()}:${child.pid}:x`)).toBe(true);
});

test("nothing is said of other machines, nor of what is no owner", () => {
  expect(isDeadOwner("another-host:1:x")).toBe(false);
  expect(isDeadOwner("nonsense")).toBe(false);
});
