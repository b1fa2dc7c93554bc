CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_shop` ON `api_keys` (`shop`);--> statement-breakpoint
CREATE TABLE `attributions` (
	`shop` text NOT NULL,
	`order_id` text NOT NULL,
	`notification_id` text NOT NULL,
	`kind` text NOT NULL,
	`linked_by` text NOT NULL,
	`clicked_at` integer NOT NULL,
	`ordered_at` integer NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`discount_cost` integer NOT NULL,
	`refunded` integer DEFAULT 0 NOT NULL,
	`cancelled_at` integer,
	PRIMARY KEY(`shop`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `attributions_by_ordered` ON `attributions` (`shop`,`ordered_at`);--> statement-breakpoint
CREATE INDEX `attributions_by_notification` ON `attributions` (`shop`,`notification_id`);--> statement-breakpoint
CREATE TABLE `cart_tokens` (
	`shop` text NOT NULL,
	`cart_token` text NOT NULL,
	`variant_ids` text NOT NULL,
	`updated_at` integer NOT NULL,
	`order_id` text,
	PRIMARY KEY(`shop`, `cart_token`)
);
--> statement-breakpoint
CREATE INDEX `cart_tokens_by_age` ON `cart_tokens` (`updated_at`);--> statement-breakpoint
CREATE TABLE `carts` (
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`cart_token` text NOT NULL,
	`currency` text NOT NULL,
	`total` integer NOT NULL,
	`discounted` integer NOT NULL,
	`items` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `visitor_id`)
);
--> statement-breakpoint
CREATE INDEX `carts_by_token` ON `carts` (`shop`,`cart_token`);--> statement-breakpoint
CREATE TABLE `checkouts` (
	`shop` text NOT NULL,
	`checkout_token` text NOT NULL,
	`cart_token` text,
	`link_id` text,
	`visitor_id` text,
	`customer_id` text,
	`stage` text NOT NULL,
	`currency` text NOT NULL,
	`total` integer NOT NULL,
	`discounted` integer NOT NULL,
	`items` text NOT NULL,
	`recovery_url` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`completed_at` integer,
	`deleted_at` integer,
	`order_id` text,
	PRIMARY KEY(`shop`, `checkout_token`)
);
--> statement-breakpoint
CREATE INDEX `checkouts_by_cart` ON `checkouts` (`shop`,`cart_token`);--> statement-breakpoint
CREATE INDEX `checkouts_by_visitor` ON `checkouts` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE INDEX `checkouts_by_age` ON `checkouts` (`updated_at`);--> statement-breakpoint
CREATE TABLE `customers` (
	`shop` text NOT NULL,
	`customer_id` text NOT NULL,
	`first_name` text,
	`locale` text,
	`created_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `customer_id`)
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`notification_id` text NOT NULL,
	`subscription_id` text NOT NULL,
	`visitor_id` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`push_topic` text NOT NULL,
	`urgency` text NOT NULL,
	`ttl_seconds` integer NOT NULL,
	`deadline_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_status` integer,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`shown_at` integer,
	`clicked_at` integer,
	`clicked_action` text,
	`dismissed_at` integer,
	`suppressed_at` integer
);
--> statement-breakpoint
CREATE INDEX `deliveries_by_notification` ON `deliveries` (`notification_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_subscription` ON `deliveries` (`shop`,`subscription_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `deliveries_by_created` ON `deliveries` (`shop`,`created_at`);--> statement-breakpoint
CREATE INDEX `deliveries_open` ON `deliveries` (`state`) WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX `deliveries_failed` ON `deliveries` (`shop`,`last_status`) WHERE state = 'failed';--> statement-breakpoint
CREATE TABLE `discount_codes` (
	`shop` text NOT NULL,
	`code` text NOT NULL,
	`discount_id` integer NOT NULL,
	`state` text NOT NULL,
	`bulk_creation_id` text,
	`person_key` text,
	`notification_id` text,
	`created_at` integer NOT NULL,
	`taken_at` integer,
	`used_at` integer,
	`order_id` text,
	PRIMARY KEY(`shop`, `code`)
);
--> statement-breakpoint
CREATE INDEX `discount_codes_by_state` ON `discount_codes` (`discount_id`,`state`);--> statement-breakpoint
CREATE INDEX `discount_codes_by_person` ON `discount_codes` (`shop`,`person_key`,`taken_at`) WHERE person_key is not null;--> statement-breakpoint
CREATE TABLE `discounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`offer` text NOT NULL,
	`ends_at` integer NOT NULL,
	`shopify_id` text,
	`state` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `discounts_by_offer` ON `discounts` (`shop`,`offer`,`ends_at`);--> statement-breakpoint
CREATE INDEX `discounts_by_end` ON `discounts` (`ends_at`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`source_id` text NOT NULL,
	`kind` text NOT NULL,
	`visitor_id` text,
	`customer_id` text,
	`cart_token` text,
	`checkout_token` text,
	`order_id` text,
	`occurred_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`data` text NOT NULL,
	`processed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_source` ON `events` (`shop`,`source_id`);--> statement-breakpoint
CREATE INDEX `events_unprocessed` ON `events` (`shop`,`id`) WHERE processed_at is null;--> statement-breakpoint
CREATE INDEX `events_by_visitor` ON `events` (`shop`,`visitor_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `events_by_kind` ON `events` (`shop`,`kind`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `events_by_customer` ON `events` (`shop`,`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `events_by_age` ON `events` (`received_at`);--> statement-breakpoint
CREATE TABLE `fulfillments` (
	`shop` text NOT NULL,
	`fulfillment_id` text NOT NULL,
	`order_id` text NOT NULL,
	`status` text NOT NULL,
	`shipment_status` text,
	`tracking_company` text,
	`tracking_number` text,
	`tracking_url` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `fulfillment_id`)
);
--> statement-breakpoint
CREATE INDEX `fulfillments_by_order` ON `fulfillments` (`shop`,`order_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`shop` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`status` integer NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_age` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text,
	`payload` text NOT NULL,
	`run_at` integer NOT NULL,
	`priority` integer DEFAULT 0 NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`max_attempts` integer DEFAULT 20 NOT NULL,
	`lease_owner` text,
	`lease_until_machine` integer,
	`last_error` text,
	`finished_at_machine` integer,
	CONSTRAINT "jobs_finished_at_matches_state" CHECK((finished_at_machine is null) = (state not in ('completed', 'cancelled', 'discarded')))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_waiting_key` ON `jobs` (`key`) WHERE key is not null and state in ('scheduled', 'available', 'retryable');--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`kind`,`priority`,`run_at`,`id`) WHERE state in ('scheduled', 'available', 'retryable');--> statement-breakpoint
CREATE INDEX `jobs_running` ON `jobs` (`lease_until_machine`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `jobs_running_key` ON `jobs` (`key`) WHERE state = 'running' and key is not null;--> statement-breakpoint
CREATE INDEX `jobs_finished` ON `jobs` (`finished_at_machine`) WHERE state in ('completed', 'cancelled', 'discarded');--> statement-breakpoint
CREATE TABLE `journey_versions` (
	`shop` text NOT NULL,
	`kind` text NOT NULL,
	`version` integer NOT NULL,
	`definition` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `kind`, `version`)
);
--> statement-breakpoint
CREATE TABLE `journeys` (
	`shop` text NOT NULL,
	`kind` text NOT NULL,
	`enabled` integer NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `ledger` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`at` integer NOT NULL,
	`visitor_id` text NOT NULL,
	`subscription_id` text,
	`run_id` integer,
	`journey` text NOT NULL,
	`step` text,
	`verdict` text NOT NULL,
	`reason` text NOT NULL,
	`values` text NOT NULL,
	`notification_id` text
);
--> statement-breakpoint
CREATE INDEX `ledger_newest` ON `ledger` (`shop`,`id`);--> statement-breakpoint
CREATE INDEX `ledger_by_visitor` ON `ledger` (`shop`,`visitor_id`,`id`);--> statement-breakpoint
CREATE INDEX `ledger_by_journey` ON `ledger` (`shop`,`journey`,`id`);--> statement-breakpoint
CREATE INDEX `ledger_by_subscription` ON `ledger` (`shop`,`subscription_id`,`id`);--> statement-breakpoint
CREATE INDEX `ledger_by_age` ON `ledger` (`at`);--> statement-breakpoint
CREATE TABLE `links` (
	`shop` text NOT NULL,
	`link_id` text NOT NULL,
	`visitor_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `link_id`)
);
--> statement-breakpoint
CREATE INDEX `links_by_visitor` ON `links` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`customer_id` text,
	`kind` text NOT NULL,
	`run_id` integer,
	`step` text,
	`campaign_id` text,
	`is_transactional` integer NOT NULL,
	`locale` text NOT NULL,
	`message` text NOT NULL,
	`target_url` text NOT NULL,
	`discount_code` text,
	`cart_token` text,
	`checkout_token` text,
	`created_at` integer NOT NULL,
	`shown_at` integer,
	`clicked_at` integer,
	`dismissed_at` integer
);
--> statement-breakpoint
CREATE INDEX `notifications_newest` ON `notifications` (`shop`,`created_at`);--> statement-breakpoint
CREATE INDEX `notifications_by_visitor` ON `notifications` (`shop`,`visitor_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `notifications_by_clicked` ON `notifications` (`shop`,`visitor_id`,`clicked_at`) WHERE clicked_at is not null;--> statement-breakpoint
CREATE INDEX `notifications_by_code` ON `notifications` (`shop`,`discount_code`) WHERE discount_code is not null;--> statement-breakpoint
CREATE INDEX `notifications_by_run` ON `notifications` (`run_id`) WHERE run_id is not null;--> statement-breakpoint
CREATE INDEX `notifications_by_campaign` ON `notifications` (`shop`,`campaign_id`) WHERE campaign_id is not null;--> statement-breakpoint
CREATE TABLE `orders` (
	`shop` text NOT NULL,
	`order_id` text NOT NULL,
	`name` text NOT NULL,
	`cart_token` text,
	`checkout_token` text,
	`link_id` text,
	`visitor_id` text,
	`customer_id` text,
	`linked_by` text,
	`currency` text NOT NULL,
	`total` integer NOT NULL,
	`refunded` integer DEFAULT 0 NOT NULL,
	`presentment_currency` text NOT NULL,
	`presentment_total` integer NOT NULL,
	`discount_total` integer NOT NULL,
	`discount_codes` text NOT NULL,
	`discount_amounts` text DEFAULT '{}' NOT NULL,
	`items` text NOT NULL,
	`locale` text,
	`source_name` text,
	`test` integer NOT NULL,
	`is_shopping` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`paid_at` integer,
	`cancelled_at` integer,
	PRIMARY KEY(`shop`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `orders_by_visitor` ON `orders` (`shop`,`visitor_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_by_customer` ON `orders` (`shop`,`customer_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_by_created` ON `orders` (`shop`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_by_checkout` ON `orders` (`shop`,`checkout_token`);--> statement-breakpoint
CREATE INDEX `orders_by_cart` ON `orders` (`shop`,`cart_token`);--> statement-breakpoint
CREATE TABLE `refunds` (
	`shop` text NOT NULL,
	`refund_id` text NOT NULL,
	`order_id` text NOT NULL,
	`amount` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `refund_id`)
);
--> statement-breakpoint
CREATE INDEX `refunds_by_order` ON `refunds` (`shop`,`order_id`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`journey` text NOT NULL,
	`version` integer NOT NULL,
	`visitor_id` text NOT NULL,
	`customer_id` text,
	`subject` text NOT NULL,
	`state` text NOT NULL,
	`exit_reason` text,
	`step` text NOT NULL,
	`anchor_at` integer NOT NULL,
	`due_at` integer,
	`context` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_one_active` ON `runs` (`shop`,`journey`,`visitor_id`,`subject`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `runs_active_by_visitor` ON `runs` (`shop`,`visitor_id`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `runs_active_by_customer` ON `runs` (`shop`,`customer_id`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `runs_active_by_subject` ON `runs` (`shop`,`subject`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `runs_by_subject` ON `runs` (`shop`,`journey`,`subject`,`visitor_id`);--> statement-breakpoint
CREATE INDEX `runs_by_age` ON `runs` (`ended_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`payload` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_shop` ON `sessions` (`shop`);--> statement-breakpoint
CREATE TABLE `shops` (
	`shop` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`installed_at` integer NOT NULL,
	`uninstalled_at` integer,
	`name` text DEFAULT '' NOT NULL,
	`currency` text DEFAULT 'USD' NOT NULL,
	`timezone` text DEFAULT 'UTC' NOT NULL,
	`country` text,
	`primary_locale` text DEFAULT 'en' NOT NULL,
	`locales` text NOT NULL,
	`primary_domain` text,
	`proxy_path` text DEFAULT '/apps/beckon' NOT NULL,
	`app_installation_id` text,
	`web_pixel_id` text,
	`scopes` text NOT NULL,
	`settings` text NOT NULL,
	`embed_seen_at` integer,
	`refreshed_at` integer,
	`token_locked_until_machine` integer
);
--> statement-breakpoint
CREATE TABLE `stock_alerts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`variant_id` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`notified_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stock_alerts_waiting` ON `stock_alerts` (`shop`,`variant_id`,`kind`,`visitor_id`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `stock_alerts_by_visitor` ON `stock_alerts` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`endpoint` text NOT NULL,
	`endpoint_hash` text NOT NULL,
	`p256dh` text NOT NULL,
	`auth` text NOT NULL,
	`vapid_key_id` integer NOT NULL,
	`push_service` text NOT NULL,
	`origin` text NOT NULL,
	`proxy_path` text NOT NULL,
	`state` text NOT NULL,
	`ended_at` integer,
	`ended_cause` text,
	`browser` text,
	`os` text,
	`device_type` text,
	`locale` text,
	`timezone` text,
	`country` text,
	`city` text,
	`first_source` text,
	`last_source` text,
	`page` text,
	`prompt_variant` text,
	`consent_marketing` integer NOT NULL,
	`consent_text` text,
	`consent_at` integer,
	`paused_until` integer,
	`muted_kinds` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`last_failure` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_by_endpoint` ON `subscriptions` (`shop`,`endpoint_hash`);--> statement-breakpoint
CREATE INDEX `subscriptions_by_visitor` ON `subscriptions` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE INDEX `subscriptions_active` ON `subscriptions` (`shop`,`id`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `subscriptions_by_created` ON `subscriptions` (`shop`,`created_at`);--> statement-breakpoint
CREATE INDEX `subscriptions_by_ended` ON `subscriptions` (`shop`,`ended_at`) WHERE ended_at is not null;--> statement-breakpoint
CREATE TABLE `vapid_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`public_key` text NOT NULL,
	`private_key` text NOT NULL,
	`is_current` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vapid_keys_by_public_key` ON `vapid_keys` (`shop`,`public_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `vapid_keys_one_current` ON `vapid_keys` (`shop`) WHERE is_current = 1;--> statement-breakpoint
CREATE TABLE `variants` (
	`shop` text NOT NULL,
	`variant_id` text NOT NULL,
	`product_id` text NOT NULL,
	`inventory_item_id` text,
	`product_title` text NOT NULL,
	`variant_title` text,
	`handle` text,
	`vendor` text,
	`product_type` text,
	`image` text,
	`price` integer,
	`compare_at_price` integer,
	`is_available` integer,
	`sellable_quantity` integer,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`shop`, `variant_id`)
);
--> statement-breakpoint
CREATE INDEX `variants_by_product` ON `variants` (`shop`,`product_id`);--> statement-breakpoint
CREATE INDEX `variants_by_inventory_item` ON `variants` (`shop`,`inventory_item_id`);--> statement-breakpoint
CREATE TABLE `visitors` (
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`customer_id` text,
	`first_seen_at` integer NOT NULL,
	`last_signal_at` integer NOT NULL,
	`left_at` integer,
	`checkout_signal_at` integer,
	`locale` text,
	`timezone` text,
	`country` text,
	`city` text,
	`first_source` text,
	`last_source` text,
	`consent_withdrawn_at` integer,
	`tags` text NOT NULL,
	`aliases` text NOT NULL,
	PRIMARY KEY(`shop`, `visitor_id`)
);
--> statement-breakpoint
CREATE INDEX `visitors_by_customer` ON `visitors` (`shop`,`customer_id`) WHERE customer_id is not null;