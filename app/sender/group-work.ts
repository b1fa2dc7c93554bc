type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Gathers what is asked for in the same turn of the event loop into one call of `work`: one transaction for many. The
 * promise of each item settles when its group is done. When a group fails, its items are done one by one, so that one that
 * fails does not take others with it.
 *
 * @param work gives a result for each item, in their order
 * @param limit items in one group
 * @param waitMs how long the first of a group waits for others; 0: for the rest of this turn of the event loop
 */
export function createGroup<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  limit: number,
  waitMs = 0,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    const begin = async () => {
      const group = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      await settle(group, work);
      isScheduled = false;
      schedule();
    };
    if (waitMs > 0 && waiting.length < limit) setTimeout(begin, waitMs);
    else setImmediate(begin);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

async function settle<Item, Result>(
  group: Waiting<Item, Result>[],
  work: (items: Item[]) => Promise<Result[]>,
): Promise<void> {
  try {
    const results = await work(group.map(({ item }) => item));
    group.forEach(({ resolve }, index) => resolve(results[index] as Result));
  } catch (error) {
    if (group.length === 1) return group[0]?.reject(error);
    for (const single of group) await settle([single], work);
  }
}
