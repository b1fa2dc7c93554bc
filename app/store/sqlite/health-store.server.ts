import { readFileSync } from "node:fs";
import path from "node:path";
import type { HealthStore } from "../health-store.ts";
import { migrationsFolder } from "./database.server.ts";
import type { Database } from "./database.server.ts";

export function healthStore({ sqlite }: Database): HealthStore {
  const expectedMigrations = readJournal().length;

  return {
    async problem() {
      try {
        // Fails on a read-only file or disk, and changes nothing.
        sqlite.prepare("delete from __drizzle_migrations where id < 0").run();
        const applied = sqlite.prepare<[], number>("select count(*) from __drizzle_migrations").pluck().get() ?? 0;
        if (applied < expectedMigrations) return `${expectedMigrations - applied} migrations are missing`;
        return null;
      } catch (error) {
        return `The database cannot be written: ${error instanceof Error ? error.message : String(error)}`;
      }
    },

    async lastEventAt(shop, kinds) {
      const lastOfKind = sqlite
        .prepare<[string, string], number | null>("select max(occurred_at) from events where shop = ? and kind = ?")
        .pluck();
      const times = kinds.map((kind) => lastOfKind.get(shop, kind) ?? null).filter((at) => at !== null);
      return times.length === 0 ? null : new Date(Math.max(...times));
    },

    async corruption() {
      const found = sqlite.pragma("quick_check(1)", { simple: true });
      return found === "ok" ? null : String(found);
    },
  };
}

function readJournal(): unknown[] {
  const file = path.join(migrationsFolder(), "meta", "_journal.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { entries: unknown[] }).entries;
}
