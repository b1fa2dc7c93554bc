import { and, eq } from "drizzle-orm";
import type { NotificationStore, OutgoingMessage } from "../../journeys/notification-store.ts";
import type { Database } from "./database.server.ts";
import { ledgerStatements } from "./ledger-store.server.ts";
import { deliveries, notifications } from "./schema.server.ts";

export type NotificationStatements = {
  /** Synchronous, to be called inside another part's transaction. */
  create(message: OutgoingMessage): void;
};

export function notificationStatements({ drizzle, sqlite, jobs }: Database): NotificationStatements {
  const ledger = ledgerStatements({ sqlite });
  return {
    create(message) {
      drizzle.insert(notifications).values(message.notification).run();
      for (const delivery of message.deliveries) {
        drizzle
          .insert(deliveries)
          .values({ ...delivery, state: "queued" })
          .run();
      }
      message.ledger.forEach(ledger.append);
      message.jobs.forEach((job) => jobs.schedule(job));
    },
  };
}

export function notificationStore(database: Database): NotificationStore {
  const { drizzle, sqlite } = database;
  const statements = notificationStatements(database);
  return {
    async create(message) {
      sqlite.transaction(() => statements.create(message)).immediate();
    },

    async byId(shop, notificationId) {
      return (
        drizzle
          .select()
          .from(notifications)
          .where(and(eq(notifications.shop, shop), eq(notifications.id, notificationId)))
          .get() ?? null
      );
    },
  };
}
