import type { Database as Sqlite } from "better-sqlite3";
import { Column, getTableColumns, getTableName } from "drizzle-orm";
import type { InferSelectModel } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

type Value = string | number | null;

/** A prepared select of rows as the schema describes them. */
export type RowReader<Row> = {
  get(...parameters: Value[]): Row | undefined;
  all(...parameters: Value[]): Row[];
};

/**
 * Prepares a select of typed rows for a hot path: the schema's columns with their decoders, and SQL for everything else. The
 * query builder takes ten times as long for each call, and twice as long where its statement is prepared.
 *
 * @param columns names of the schema; null: all of them
 * @param rest what follows the table's name, with `?` for the parameters. Columns as SQL names them
 */
export function prepareRows<Table extends SQLiteTable, Name extends keyof InferSelectModel<Table> & string>(
  sqlite: Sqlite,
  table: Table,
  columns: readonly Name[] | null,
  rest: string,
): RowReader<Pick<InferSelectModel<Table>, Name>> {
  const all = Object.entries(getTableColumns(table));
  const chosen = columns === null ? all : all.filter(([name]) => columns.some((one) => one === name));
  const tableName = getTableName(table);
  const names = chosen.map(([name]) => name);
  const decoders = chosen.map(([, column]) => decoderOf(column));
  const list = chosen.map(([, column]) => `"${tableName}"."${column.name}"`).join(", ");
  const statement = sqlite.prepare<Value[], unknown[]>(`select ${list} from "${tableName}" ${rest}`).raw();

  function toRow(values: unknown[]): Pick<InferSelectModel<Table>, Name> {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) {
      const value = values[index];
      const decode = decoders[index];
      row[names[index] ?? ""] = value === null || !decode ? value : decode(value);
    }
    return row as Pick<InferSelectModel<Table>, Name>;
  }

  return {
    get(...parameters) {
      const values = statement.get(...parameters);
      return values && toRow(values);
    },
    all(...parameters) {
      return statement.all(...parameters).map(toRow);
    },
  };
}

/** Null for a column whose values are what SQLite gives. */
function decoderOf(column: Column): ((value: unknown) => unknown) | null {
  if (column.mapFromDriverValue === Column.prototype.mapFromDriverValue) return null;
  return (value) => column.mapFromDriverValue(value);
}
