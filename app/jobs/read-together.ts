/**
 * Joins what is asked for within one turn of the event loop: what falls due together is read in one call for its group,
 * each id once.
 *
 * @param readAll reads the ids of a group; every asker of that turn gets its answer
 */
export function readTogether<T>(
  readAll: (group: string, ids: string[]) => Promise<T>,
): (group: string, ids: string[]) => Promise<T> {
  const waiting = new Map<string, { ids: Set<string>; done: Promise<T> }>();
  return (group, ids) => {
    let batch = waiting.get(group);
    if (!batch) {
      const wanted = new Set<string>();
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        waiting.delete(group);
        return readAll(group, [...wanted]);
      });
      batch = { ids: wanted, done };
      waiting.set(group, batch);
    }
    for (const id of ids) batch.ids.add(id);
    return batch.done;
  };
}
