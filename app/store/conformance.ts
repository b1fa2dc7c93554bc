import { describe } from "vitest";
import { campaignStoreConformance } from "./conformance/campaign-store.ts";
import { deliveryStoreConformance } from "./conformance/delivery-store.ts";
import { eventStoreConformance } from "./conformance/event-store.ts";
import { jobStoreConformance } from "./conformance/job-store.ts";
import { runStoreConformance } from "./conformance/run-store.ts";
import type { Store } from "./store.ts";

/** Makes an empty store, closed when the test ends. */
export type CreateStore = () => Promise<Store>;

/** What every engine of the store must do. Run by each engine's test file; a part's suite is one line here. */
export function storeConformance(engine: string, createStore: CreateStore): void {
  describe(`the store on ${engine}`, () => {
    jobStoreConformance(createStore);
    deliveryStoreConformance(createStore);
    eventStoreConformance(createStore);
    runStoreConformance(createStore);
    campaignStoreConformance(createStore);
  });
}
