type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Gathers what is asked for in the same turn of the event loop into one call of `work`: one transaction for many. The
 * promise of each item settles when its group is done. When a group fails, its items are done one by one, so that one that
 * fails does not take others with it.
 *
 * @param work gives a result for each item, in their order
 * @param limit items in one group
 * @param whenReady begins a group that has an item; else it is the rest of this turn of the event loop
 */
export function createGroup<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  limit: number,
  whenReady: (begin: () => void) => void = setImmediate,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    whenReady(() => void workOff());
  }

  async function workOff(): Promise<void> {
    const group = waiting.slice(0, limit);
    waiting = waiting.slice(limit);
    await settle(group, work);
    isScheduled = false;
    schedule();
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

/**
 * A common beat for several groups: what is to be written after at most `waitMs` is begun in one turn of the event loop, so
 * that the store can write it in one transaction. At 0 the beat is the turn.
 */
export function createBeat(waitMs: number): (begin: () => void) => void {
  if (waitMs <= 0) return setImmediate;
  let waiting: (() => void)[] = [];
  return (begin) => {
    waiting.push(begin);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const now = waiting;
      waiting = [];
      for (const one of now) one();
    }, waitMs);
  };
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
