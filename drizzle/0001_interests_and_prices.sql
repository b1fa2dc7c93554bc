CREATE TABLE `interests` (
	`shop` text NOT NULL,
	`visitor_id` text NOT NULL,
	`subject` text NOT NULL,
	`variant_id` text,
	`title` text,
	`handle` text,
	`image` text,
	`collections` text DEFAULT '[]' NOT NULL,
	`currency` text,
	`seconds` integer DEFAULT 0 NOT NULL,
	`viewed_at` integer,
	`wished_at` integer,
	`carted_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `visitor_id`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `interests_by_visitor` ON `interests` (`shop`,`visitor_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `interests_by_subject` ON `interests` (`shop`,`subject`,`updated_at`);--> statement-breakpoint
CREATE INDEX `interests_by_age` ON `interests` (`updated_at`);--> statement-breakpoint
CREATE TABLE `price_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`variant_id` text NOT NULL,
	`price` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `price_history_by_variant` ON `price_history` (`shop`,`variant_id`,`at`);--> statement-breakpoint
CREATE INDEX `price_history_by_age` ON `price_history` (`at`);--> statement-breakpoint
CREATE TABLE `product_collections` (
	`shop` text NOT NULL,
	`handle` text NOT NULL,
	`product_id` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `handle`, `product_id`)
);
--> statement-breakpoint
CREATE INDEX `product_collections_by_product` ON `product_collections` (`shop`,`product_id`);--> statement-breakpoint
CREATE INDEX `variants_by_type` ON `variants` (`shop`,`product_type`,`price`);