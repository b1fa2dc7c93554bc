type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Gathers what is to be written in the same turn of the event loop into one call of `write`: one transaction for many. The
 * promise of each item settles when its group is written. When a group fails, its items are written one by one, so that
 * one that cannot be written does not take others with it.
 *
 * @param write gives a result for each item, in their order
 * @param limit items in one group
 */
export function createGroupWriter<Item, Result>(
  write: (items: Item[]) => Promise<Result[]>,
  limit: number,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(async () => {
      const group = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      await settle(group, write);
      isScheduled = false;
      schedule();
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

async function settle<Item, Result>(
  group: Waiting<Item, Result>[],
  write: (items: Item[]) => Promise<Result[]>,
): Promise<void> {
  try {
    const results = await write(group.map(({ item }) => item));
    group.forEach(({ resolve }, index) => resolve(results[index] as Result));
  } catch (error) {
    if (group.length === 1) return group[0]?.reject(error);
    for (const single of group) await settle([single], write);
  }
}
