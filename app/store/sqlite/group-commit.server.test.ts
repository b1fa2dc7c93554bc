import BetterSqlite3 from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createGroupCommit } from "./group-commit.server.ts";

test("what is asked for in one turn is committed together, in order", async () => {
  const { sqlite, commit, insert } = setUp();
  const commits: number[] = [];

  const results = await Promise.all([1, 2, 3].map((n) => commit(() => (insert(n), commits.push(n), n * 10))));

  expect(results).toEqual([10, 20, 30]);
  expect(commits).toEqual([1, 2, 3]);
  expect(rows(sqlite)).toEqual([1, 2, 3]);
});

test("a piece that throws is undone alone", async () => {
  const { sqlite, commit, insert } = setUp();

  const results = await Promise.allSettled([
    commit(() => insert(1)),
    commit(() => {
      insert(2);
      throw new Error("wrong");
    }),
    commit(() => insert(3)),
  ]);

  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(rows(sqlite)).toEqual([1, 3]);
});

test("a piece that throws alone leaves nothing", async () => {
  const { sqlite, commit, insert } = setUp();

  const wrong = commit(() => {
    insert(1);
    throw new Error("wrong");
  });

  await expect(wrong).rejects.toThrow("wrong");
  expect(rows(sqlite)).toEqual([]);
});

test("when the transaction cannot be committed, every piece hears of it", async () => {
  const { sqlite, commit, insert } = setUp();
  sqlite.exec("create table parents (id integer primary key)");
  sqlite.exec("create table children (parent integer references parents (id) deferrable initially deferred)");
  sqlite.pragma("foreign_keys = ON");

  const results = await Promise.allSettled([
    commit(() => insert(1)),
    commit(() => sqlite.exec("insert into children values (7)")),
  ]);

  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(rows(sqlite)).toEqual([]);
});

test("more than a group holds is committed turn by turn, and flush does the rest at once", async () => {
  const { sqlite, commit, insert } = setUp();

  const all = Array.from({ length: 450 }, (_, n) => commit(() => insert(n)));
  commit.flush();

  expect(rows(sqlite)).toHaveLength(450);
  await Promise.all(all);
});

function setUp() {
  const sqlite = new BetterSqlite3(":memory:");
  onTestFinished(() => void sqlite.close());
  sqlite.exec("create table numbers (n integer)");
  const statement = sqlite.prepare("insert into numbers values (?)");
  return { sqlite, commit: createGroupCommit(sqlite), insert: (n: number) => void statement.run(n) };
}

function rows(sqlite: BetterSqlite3.Database): unknown[] {
  return sqlite.prepare("select n from numbers order by n").pluck().all();
}
