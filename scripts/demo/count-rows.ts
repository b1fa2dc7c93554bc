import BetterSqlite3 from "better-sqlite3";
import { databaseFile } from "./database.ts";

// Prints how many rows of a shop each table still holds, as JSON; tables without any are left out.

const shop = process.argv[2] ?? "";
const sqlite = new BetterSqlite3(databaseFile(), { readonly: true });
const rows: Record<string, number> = {};
const tables = sqlite.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
for (const table of tables) {
  const columns = sqlite.prepare("select name from pragma_table_info(?)").pluck().all(table) as string[];
  if (!columns.includes("shop")) continue;
  const count = sqlite.prepare(`select count(*) from "${table}" where shop = ?`).pluck().get(shop) as number;
  if (count > 0) rows[table] = count;
}
sqlite.close();

process.stdout.write(JSON.stringify(rows));
