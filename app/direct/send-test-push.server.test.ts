import { expect, test } from "vitest";
import { manualClock } from "../../tests/support/manual-clock.ts";
import { insertSubscription, OTHER_SHOP, SHOP } from "../../tests/support/report-rows.ts";
import { createTestStore, jobsOfKind } from "../../tests/support/test-store.ts";
import { sendTestPush } from "./send-test-push.server.ts";

test("writes a notification with its delivery, its job and its line in the push log", async () => {
  const store = await createTestStore();
  const subscriptionId = insertSubscription(store.database);

  const id = await sendTestPush(store, manualClock(), { shop: SHOP, subscriptionId, shopName: "Lamps" });

  expect(id).not.toBeNull();
  expect(await jobsOfKind(store, "send-delivery")).toHaveLength(1);
  const { rows } = await store.reports.pushLog(SHOP, { journey: "direct" }, null, 5);
  expect(rows).toMatchObject([{ state: "waiting", notification: { id, deliveries: [{ subscriptionId }] } }]);
});

test("sends nothing to an ended subscription or another shop's", async () => {
  const store = await createTestStore();
  const ended = insertSubscription(store.database, { state: "ended" });
  const theirs = insertSubscription(store.database, { shop: OTHER_SHOP });

  for (const subscriptionId of [ended, theirs, "nobody"]) {
    expect(await sendTestPush(store, manualClock(), { shop: SHOP, subscriptionId, shopName: "" })).toBeNull();
  }
  expect(await jobsOfKind(store, "send-delivery")).toEqual([]);
});
