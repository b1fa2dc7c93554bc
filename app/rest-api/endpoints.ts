import { eventEndpoints } from "./endpoints/events.ts";
import { journeyReplayEndpoints } from "./endpoints/journey-replay.ts";
import { journeyEndpoints } from "./endpoints/journeys.ts";
import { journeyRunEndpoints } from "./endpoints/journey-runs.ts";
import { ledgerEndpoints } from "./endpoints/ledger.ts";
import { notificationEndpoints } from "./endpoints/notifications.ts";
import { reportEndpoints } from "./endpoints/reports.ts";
import { subscriberEndpoints } from "./endpoints/subscribers.ts";
import { webhookSecretEndpoints } from "./endpoints/webhook-secret.ts";
import type { Endpoint } from "./endpoint.ts";

/** Every operation of the REST API. */
export const ENDPOINTS: Endpoint[] = [
  ...journeyEndpoints,
  ...journeyReplayEndpoints,
  ...journeyRunEndpoints,
  ...webhookSecretEndpoints,
  ...subscriberEndpoints,
  ...eventEndpoints,
  ...notificationEndpoints,
  ...ledgerEndpoints,
  ...reportEndpoints,
];
