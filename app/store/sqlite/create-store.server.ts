import { campaignStore } from "./campaign-store.server.ts";
import { clickStore } from "./click-store.server.ts";
import { privacyStore } from "./privacy-store.server.ts";
import { attributionStore } from "./attribution-store.server.ts";
import { recallStore } from "./recall-store.server.ts";
import { receiptStore } from "./receipt-store.server.ts";
import { deliveryStore } from "./delivery-store.server.ts";
import { eventStore } from "./event-store.server.ts";
import { recommendationStore } from "./recommendation-store.server.ts";
import { interestStore } from "./interest-store.server.ts";
import { mirrorStore } from "./mirror-store.server.ts";
import { historyStore } from "./history-store.server.ts";
import { healthStore } from "./health-store.server.ts";
import { retentionStore } from "./retention-store.server.ts";
import { sessionStore } from "./session-store.server.ts";
import { shopStore } from "./shop-store.server.ts";
import { subscriptionStore } from "./subscription-store.server.ts";
import { vapidKeyStore } from "./vapid-key-store.server.ts";
import { visitorStore } from "./visitor-store.server.ts";
import { apiKeyStore } from "./api-key-store.server.ts";
import { reportStore } from "./report-store.server.ts";
import { subscriberStore } from "./subscriber-store.server.ts";
import { discountStore } from "./discount-store.server.ts";
import { directMessageStore } from "./direct-message-store.server.ts";
import { runStore } from "./run-store.server.ts";
import { journeyStore } from "./journey-store.server.ts";
import { ledgerStore } from "./ledger-store.server.ts";
import { notificationStore } from "./notification-store.server.ts";
import type { Store } from "../store.ts";
import { checkpointInBackground } from "./background-checkpoints.server.ts";
import { openDatabase } from "./database.server.ts";
import type { Database, OpenOptions } from "./database.server.ts";
import { articleStore } from "./article-store.server.ts";
import { audienceStore } from "./audience-store.server.ts";
import { jobStore } from "./job-store.server.ts";

/**
 * Opens the SQLite database, migrated, and gives its parts.
 *
 * @param options.inBackground for a process that stays: the log is folded into the file on a thread
 */
export function createSqliteStore({ inBackground, ...options }: OpenOptions & { inBackground?: boolean }): Store {
  const database = openDatabase(options);
  const store = storeOf(database);
  if (!inBackground || database.sqlite.memory) return store;
  const endCheckpoints = checkpointInBackground(database.sqlite);
  return {
    ...store,
    async close() {
      await endCheckpoints();
      await store.close();
    },
  };
}

/** The parts on an open database. One line for each. */
export function storeOf(database: Database): Store {
  return {
    jobs: jobStore(database),
    sessions: sessionStore(database),
    health: healthStore(database),
    retention: retentionStore(database),
    apiKeys: apiKeyStore(database),
    reports: reportStore(database),
    subscribers: subscriberStore(database),
    shops: shopStore(database),
    vapidKeys: vapidKeyStore(database),
    events: eventStore(database),
    mirror: mirrorStore(database),
    interests: interestStore(database),
    recommendations: recommendationStore(database),
    visitors: visitorStore(database),
    subscriptions: subscriptionStore(database),
    journeys: journeyStore(database),
    notifications: notificationStore(database),
    ledger: ledgerStore(database),
    runs: runStore(database),
    audiences: audienceStore(database),
    articles: articleStore(database),
    discounts: discountStore(database),
    directMessages: directMessageStore(database),
    campaigns: campaignStore(database),
    deliveries: deliveryStore(database),
    recalls: recallStore(database),
    receipts: receiptStore(database),
    attribution: attributionStore(database),
    clicks: clickStore(database),
    privacy: privacyStore(database),
    history: historyStore(database),
    async close() {
      database.commit.flush();
      // Folds the write-ahead log into the file, so that a plain copy of it is complete.
      database.sqlite.pragma("wal_checkpoint(TRUNCATE)");
      database.sqlite.close();
    },
  };
}
