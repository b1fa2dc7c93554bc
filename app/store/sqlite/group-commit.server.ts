import type { Database as Sqlite } from "better-sqlite3";

/**
 * Runs synchronous pieces of work that are asked for in the same turn of the event loop in one transaction, so that they
 * wait for the disk once. Each settles after the commit; one that throws is undone alone and rejects alone.
 */
export type GroupCommit = {
  <Result>(work: () => Result): Promise<Result>;
  /** Whether something is to be committed in this turn already. */
  isWaiting(): boolean;
  /** Does at once what still waits: before the database is closed. */
  flush(): void;
};

type Piece = { work: () => unknown; resolve: (result: unknown) => void; reject: (error: unknown) => void };
type Settled = { piece: Piece; result: unknown } | { piece: Piece; error: unknown };

/** So many pieces at most hold up the event loop together. */
const LIMIT = 200;

export function createGroupCommit(sqlite: Sqlite): GroupCommit {
  let waiting: Piece[] = [];
  let timer: NodeJS.Immediate | null = null;

  // Inside the group's transaction it is a savepoint, by itself a transaction.
  const runOne = sqlite.transaction((piece: Piece) => piece.work());
  const runAll = sqlite.transaction((pieces: Piece[]): Settled[] =>
    pieces.map((piece) => {
      try {
        return { piece, result: runOne(piece) };
      } catch (error) {
        // Some errors (a full disk) end the whole transaction: nothing of it was written then.
        if (!sqlite.inTransaction) throw error;
        return { piece, error };
      }
    }),
  );

  function commitSome(): void {
    const pieces = waiting.slice(0, LIMIT);
    waiting = waiting.slice(LIMIT);
    let settled: Settled[];
    try {
      const [first] = pieces;
      // Alone it needs no savepoint.
      settled =
        first && pieces.length === 1 ? [{ piece: first, result: runOne.immediate(first) }] : runAll.immediate(pieces);
    } catch (error) {
      settled = pieces.map((piece) => ({ piece, error }));
    }
    for (const one of settled) {
      if ("error" in one) one.piece.reject(one.error);
      else one.piece.resolve(one.result);
    }
  }

  function onTurn(): void {
    timer = null;
    commitSome();
    if (waiting.length > 0) timer ??= setImmediate(onTurn);
  }

  function commit<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      waiting.push({ work, resolve: (result) => resolve(result as Result), reject });
      timer ??= setImmediate(onTurn);
    });
  }

  return Object.assign(commit, {
    isWaiting: () => waiting.length > 0,

    flush() {
      if (timer) clearImmediate(timer);
      timer = null;
      while (waiting.length > 0) commitSome();
    },
  });
}
