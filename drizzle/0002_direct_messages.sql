CREATE TABLE `direct_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`subscription_id` text,
	`state` text NOT NULL,
	`reason` text,
	`due_at` integer NOT NULL,
	`request` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `direct_messages_by_visitor` ON `direct_messages` (`shop`,`visitor_id`);--> statement-breakpoint
CREATE INDEX `direct_messages_by_age` ON `direct_messages` (`created_at`);