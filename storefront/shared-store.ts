// What the page and the service worker share: one small IndexedDB database of the shop's origin.

/** What the worker must know when no page is open. Written by the page with every subscription. */
export type WorkerSettings = {
  vapidPublicKey: string;
  visitorId: string;
  /** The shop's name: the title of a notification whose own text did not arrive. */
  shop: string;
  locale: string;
  marketing: boolean;
};

const DATABASE = "beckon";

/** `settings` holds one value under "settings"; `shown` the ids of notifications; `receipts` what waits to be sent. */
export type StoreName = "settings" | "shown" | "receipts";

/** Runs one request on one store. Rejects when the browser refuses storage. */
export function inStore<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener("upgradeneeded", () => {
      for (const store of ["settings", "shown"]) opening.result.createObjectStore(store);
      opening.result.createObjectStore("receipts", { autoIncrement: true });
    });
    opening.addEventListener("error", () => reject(opening.error));
    opening.addEventListener("success", () => {
      const database = opening.result;
      const transaction = database.transaction(name, mode);
      // Closes when the transaction is through: left open it would stand in the way of a later version's upgrade.
      try {
        const work = request(transaction.objectStore(name));
        transaction.addEventListener("complete", () => resolve(work.result));
        transaction.addEventListener("abort", () => reject(transaction.error));
      } catch (error) {
        reject(error); // a key that IndexedDB does not take
      }
      database.close();
    });
  });
}
