import type { AppConfig } from "./app-config.ts";
import { createState } from "./catalogue.ts";
import { createSimClock } from "./clock.ts";
import type { SimClock } from "./clock.ts";
import { createTokenBook } from "./oauth/token-book.ts";
import type { TokenBook } from "./oauth/token-book.ts";
import type { SimState } from "./state.ts";
import { createFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import { createCostBucket } from "./graphql/cost.ts";
import type { CostBucket } from "./graphql/cost.ts";
import { createWebhookSender } from "./webhooks/sender.ts";
import type { WebhookSender } from "./webhooks/sender.ts";

/** What the simulator was started with. */
export type SimOptions = {
  /** Origin of the app, "http://127.0.0.1:3000". */
  appUrl: string;
  apiKey: string;
  apiSecret: string;
  /** "NAME.myshopify.com" */
  shopDomain: string;
  /** Seconds of shop time per second of machine time. */
  speed: number;
  /** Reads shopify.app.toml again at each call, so that an edit counts without a restart. */
  appConfig: () => AppConfig;
  /** Folder with the theme app extension ("extensions/beckon"). */
  extensionDirectory: string;
  machineMs?: () => number;
};

/** The running simulator: handed to every route. */
export type Sim = {
  options: SimOptions;
  state: SimState;
  clock: SimClock;
  webhooks: WebhookSender;
  tokens: TokenBook;
  faults: Faults;
  /** Points of the Admin API the app has left. */
  cost: CostBucket;
  /** The store's own origin, "http://127.0.0.1:PORT"; set once it listens. */
  origin: string;
};

export function createSim(options: SimOptions): Sim {
  const clock = createSimClock(options.speed, options.machineMs);
  const state = createState(options.shopDomain, clock.now());
  return {
    options,
    state,
    clock,
    webhooks: createWebhookSender({ options, state, clock }),
    tokens: createTokenBook(() => clock.machineNow().getTime()),
    faults: createFaults(),
    cost: createCostBucket(() => clock.machineNow().getTime()),
    origin: "",
  };
}

/** Whether the app is installed now. */
export function isInstalled(sim: Sim): boolean {
  return sim.state.installation !== null && sim.state.installation.uninstalledAt === null;
}
