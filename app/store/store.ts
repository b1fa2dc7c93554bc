import type { ClickStore } from "../receipts/click-store.ts";
import type { PrivacyStore } from "../subscriptions/privacy-store.ts";
import type { AttributionStore } from "../attribution/attribution-store.ts";
import type { ReceiptStore } from "../receipts/receipt-store.ts";
import type { EventEntry, EventStore } from "../events/event-store.ts";
import type { RecommendationStore } from "../recommendations/recommendation-store.ts";
import type { InterestStore } from "../events/interest-store.ts";
import type { MirrorStore } from "../events/mirror-store.ts";
import type { SessionStore } from "../shopify/session-store.ts";
import type { ShopStore } from "../shopify/shop-store.ts";
import type { SubscriptionStore } from "../subscriptions/subscription-store.ts";
import type { VapidKeyStore } from "../subscriptions/vapid-key-store.ts";
import type { VisitorStore } from "../subscriptions/visitor-store.ts";
import type { SubscriberStore } from "../subscriptions/subscriber-store.ts";
import type { ApiKeyStore } from "../api-keys/api-key-store.ts";
import type { ReportStore } from "../reports/report-store.ts";
import type { JourneyStore } from "../journeys/journey-store.ts";
import type { ArticleStore } from "../articles/article-store.ts";
import type { AudienceStore } from "../journeys/audience-store.ts";
import type { LedgerStore } from "../journeys/ledger-store.ts";
import type { DiscountStore } from "../journeys/discount-store.ts";
import type { RunStore } from "../journeys/run-store.ts";
import type { RecallStore } from "../journeys/recall-store.ts";
import type { NotificationStore } from "../journeys/notification-store.ts";
import type { CampaignStore } from "../campaigns/campaign-store.ts";
import type { DirectMessageStore } from "../direct/direct-message-store.ts";
import type { DeliveryStore } from "../sender/delivery-store.ts";
import type { JobStore } from "../scheduler/job-store.ts";
import type { HistoryStore } from "../replay/history-store.ts";
import type { HealthStore } from "./health-store.ts";
import type { RetentionStore } from "./retention-store.ts";

/**
 * All storage of the app. Each part is an interface in the words of the folder that needs it; `sqlite/` fulfils it, and
 * the conformance suite (conformance.ts) says what every engine must do. Every function is async and atomic: it is the
 * unit of work and could be one PostgreSQL transaction.
 */
export type Store = {
  jobs: JobStore;
  sessions: SessionStore;
  health: HealthStore;
  retention: RetentionStore;
  apiKeys: ApiKeyStore;
  reports: ReportStore;
  subscribers: SubscriberStore;
  shops: ShopStore;
  vapidKeys: VapidKeyStore;
  events: EventStore;
  mirror: MirrorStore;
  interests: InterestStore;
  recommendations: RecommendationStore;
  visitors: VisitorStore;
  subscriptions: SubscriptionStore<EventEntry>;
  journeys: JourneyStore;
  notifications: NotificationStore;
  ledger: LedgerStore;
  runs: RunStore;
  audiences: AudienceStore;
  articles: ArticleStore;
  discounts: DiscountStore;
  directMessages: DirectMessageStore;
  campaigns: CampaignStore;
  deliveries: DeliveryStore;
  recalls: RecallStore;
  receipts: ReceiptStore;
  attribution: AttributionStore;
  clicks: ClickStore;
  privacy: PrivacyStore;
  history: HistoryStore;
  // Parts are added by the folders that need them: one line here, one in sqlite/create-store.server.ts.
  close(): Promise<void>;
};
