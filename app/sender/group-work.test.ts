import { expect, test } from "vitest";
import { createGroup } from "./group-work.ts";

test("writes what comes in one turn together, and gives each its own result", async () => {
  const groups: number[][] = [];
  const write = createGroup(async (items: number[]) => {
    groups.push(items);
    return items.map((item) => item * 10);
  }, 3);

  const results = await Promise.all([1, 2, 3, 4, 5].map((item) => write(item)));

  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test("what comes while a group is written waits for the next", async () => {
  const groups: string[][] = [];
  const release: (() => void)[] = [];
  const write = createGroup(async (items: string[]) => {
    groups.push(items);
    if (groups.length === 1) await new Promise<void>((resolve) => release.push(resolve));
    return items;
  }, 100);

  const first = write("first");
  await expect.poll(() => release.length).toBe(1);
  const others = [write("second"), write("third")];
  release[0]?.();
  await Promise.all([first, ...others]);

  expect(groups).toEqual([["first"], ["second", "third"]]);
});

test("one that cannot be written does not take the others with it", async () => {
  const written: number[] = [];
  const write = createGroup(async (items: number[]) => {
    if (items.includes(2)) throw new Error("cannot write 2");
    written.push(...items);
    return items;
  }, 100);

  const results = await Promise.allSettled([1, 2, 3].map((item) => write(item)));

  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(written).toEqual([1, 3]);
});
