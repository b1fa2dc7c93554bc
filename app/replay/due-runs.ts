/** When a run is to be looked at. `dueAt` tells whether it was armed anew since: then this look is void. */
export type DueRun = { runId: number; at: number; dueAt: number };

/** A binary heap: the earliest first, of those at the same instant the run that began first. */
export class DueRuns {
  readonly #heap: DueRun[] = [];

  add(due: DueRun): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  /** The earliest, if it is at or before `until`. */
  takeUntil(until: number): DueRun | null {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > until) return null;
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const [child, where] = a && b && isBefore(b, a) ? [b, left + 1] : [a, left];
      if (!child || !isBefore(child, last)) break;
      heap[at] = child;
      at = where;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: DueRun, b: DueRun): boolean {
  return a.at === b.at ? a.runId < b.runId : a.at < b.at;
}
