import { and, eq, inArray } from "drizzle-orm";
import type { DirectCounts, DirectMessageStore } from "../../direct/direct-message-store.ts";
import type { Database } from "./database.server.ts";
import { ledgerStatements } from "./ledger-store.server.ts";
import { notificationStatements } from "./notification-store.server.ts";
import { deliveries, directMessages, notifications } from "./schema.server.ts";

export function directMessageStore(database: Database): DirectMessageStore {
  const { drizzle, sqlite, jobs } = database;
  const outgoing = notificationStatements(database);
  const ledger = ledgerStatements(database);

  function countsOf(shop: string, id: string): DirectCounts {
    const rows = drizzle
      .select({ state: deliveries.state })
      .from(deliveries)
      .where(and(eq(deliveries.shop, shop), eq(deliveries.notificationId, id)))
      .all();
    const seen = drizzle
      .select({ shownAt: notifications.shownAt, clickedAt: notifications.clickedAt })
      .from(notifications)
      .where(and(eq(notifications.shop, shop), eq(notifications.id, id)))
      .get();
    const count = (...states: string[]) => rows.filter(({ state }) => states.includes(state)).length;
    return {
      queued: count("queued", "sending"),
      sent: count("accepted", "failed", "expired", "superseded"),
      accepted: count("accepted", "superseded"),
      failed: count("failed"),
      expired: count("expired"),
      dropped: count("dropped"),
      shown: seen?.shownAt ? 1 : 0,
      clicked: seen?.clickedAt ? 1 : 0,
    };
  }

  return {
    async create(message, job) {
      sqlite
        .transaction(() => {
          drizzle
            .insert(directMessages)
            .values({ ...message, state: "waiting" })
            .run();
          jobs.schedule(job);
        })
        .immediate();
    },

    async get(shop, id) {
      const row = drizzle.select().from(directMessages).where(one(shop, id)).get();
      if (!row) return null;
      const counts = countsOf(shop, id);
      // Decided against, it has no delivery to count.
      return { ...row, counts: row.reason === null ? counts : { ...counts, dropped: 1 } };
    },

    async change(shop, id, from, to, job) {
      return sqlite
        .transaction(() => {
          const { changes } = drizzle
            .update(directMessages)
            .set({ state: to })
            .where(and(one(shop, id), inArray(directMessages.state, from)))
            .run();
          if (changes === 0) return false;
          if (job) jobs.schedule(job);
          else jobs.cancelByKey(`direct:${id}`);
          return true;
        })
        .immediate();
    },

    async delay(shop, id, dueAt, entry) {
      sqlite
        .transaction(() => {
          const { changes } = drizzle
            .update(directMessages)
            .set({ dueAt })
            .where(and(one(shop, id), eq(directMessages.state, "waiting")))
            .run();
          if (changes > 0) ledger.append(entry);
        })
        .immediate();
    },

    async commit(shop, id, decision) {
      return sqlite
        .transaction(() => {
          const reason = "reason" in decision ? decision.reason : null;
          const { changes } = drizzle
            .update(directMessages)
            .set({ state: "left", reason })
            .where(and(one(shop, id), eq(directMessages.state, "waiting")))
            .run();
          if (changes === 0) return false;
          if ("outgoing" in decision) outgoing.create(decision.outgoing);
          else decision.ledger.forEach(ledger.append);
          return true;
        })
        .immediate();
    },
  };
}

function one(shop: string, id: string) {
  return and(eq(directMessages.shop, shop), eq(directMessages.id, id));
}
