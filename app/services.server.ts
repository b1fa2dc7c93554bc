import type { Clock } from "./clock.server.ts";
import type { Config } from "./config.server.ts";
import type { Keyring } from "./encryption.server.ts";
import type { Logger } from "./log.server.ts";
import type { Metrics } from "./metrics.server.ts";
import type { SendPush } from "./sender/push-request.ts";
import type { AdminApi } from "./shopify/admin-api.ts";
import type { Store } from "./store/store.ts";

/** What routes and jobs work with. Built once by start.server.ts; everything else gets what it needs as arguments. */
export type Services = {
  config: Config;
  clock: Clock;
  log: Logger;
  store: Store;
  admin: AdminApi;
  sendPush: SendPush;
  metrics: Metrics;
  keyring: Keyring;
  scheduler: {
    /** Looks for due jobs now. Scheduling through the store does this by itself. */
    wake(): void;
    /** Whether the scheduler runs in this process and looked for jobs lately; true where ROLE=web runs none. */
    isAlive(): boolean;
  };
};

// On globalThis, because a development rebuild loads this module anew beside the running process.
const holder = globalThis as typeof globalThis & { beckonServices?: Services };

/** @throws when called before the app has started */
export function services(): Services {
  if (!holder.beckonServices) throw new Error("The app has not started: services() was called too early");
  return holder.beckonServices;
}

/** For the start and for tests. */
export function setServices(value: Services): void {
  holder.beckonServices = value;
}
