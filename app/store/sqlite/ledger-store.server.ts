import type { LedgerEntry, LedgerStore } from "../../journeys/ledger-store.ts";
import type { Database } from "./database.server.ts";

export type LedgerStatements = {
  /** Synchronous, to be called inside another part's transaction. */
  append(entry: LedgerEntry): void;
};

export function ledgerStatements({ sqlite }: Pick<Database, "sqlite">): LedgerStatements {
  const insert = sqlite.prepare(
    `insert into ledger (shop, at, visitor_id, subscription_id, run_id, journey, step, verdict, reason, "values", notification_id)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    append(entry) {
      insert.run(
        entry.shop,
        entry.at.getTime(),
        entry.visitorId,
        entry.subscriptionId,
        entry.runId,
        entry.journey,
        entry.step,
        entry.verdict,
        entry.reason,
        JSON.stringify(entry.values),
        entry.notificationId,
      );
    },
  };
}

export function ledgerStore(database: Database): LedgerStore {
  const statements = ledgerStatements(database);
  return {
    async append(entries) {
      database.sqlite.transaction(() => entries.forEach(statements.append)).immediate();
    },
  };
}
