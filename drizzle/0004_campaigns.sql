CREATE TABLE `campaign_delays` (
	`shop` text NOT NULL,
	`campaign_id` text NOT NULL,
	`visitor_id` text NOT NULL,
	`subscription_id` text NOT NULL,
	`due_at` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `visitor_id`)
);
--> statement-breakpoint
CREATE INDEX `campaign_delays_due` ON `campaign_delays` (`campaign_id`,`due_at`);--> statement-breakpoint
CREATE INDEX `campaign_delays_by_visitor` ON `campaign_delays` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`state` text NOT NULL,
	`audience` text NOT NULL,
	`request` text NOT NULL,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`planned_at` integer,
	`ended_at` integer,
	`cursor` text DEFAULT '' NOT NULL,
	`is_audience_read` integer DEFAULT false NOT NULL,
	`audience_size` integer DEFAULT 0 NOT NULL,
	`decided` integer DEFAULT 0 NOT NULL,
	`dropped` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `campaigns_newest` ON `campaigns` (`shop`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `campaigns_by_age` ON `campaigns` (`created_at`);--> statement-breakpoint
ALTER TABLE `deliveries` ADD `campaign_id` text;--> statement-breakpoint
CREATE INDEX `deliveries_by_campaign` ON `deliveries` (`campaign_id`,`state`) WHERE campaign_id is not null;--> statement-breakpoint
CREATE INDEX `notifications_shown_of_campaign` ON `notifications` (`campaign_id`) WHERE campaign_id is not null and shown_at is not null;--> statement-breakpoint
CREATE INDEX `notifications_clicked_of_campaign` ON `notifications` (`campaign_id`) WHERE campaign_id is not null and clicked_at is not null;--> statement-breakpoint
CREATE INDEX `subscriptions_reachable` ON `subscriptions` (`shop`,`visitor_id`,`consent_marketing`) WHERE state = 'active';