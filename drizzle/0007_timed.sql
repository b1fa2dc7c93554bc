CREATE TABLE `article_feeds` (
	`shop` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`etag` text,
	`last_modified` text,
	`read_at` integer,
	`tried_at` integer NOT NULL,
	`problem` text,
	`failures` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `articles` (
	`shop` text NOT NULL,
	`article_id` text NOT NULL,
	`title` text NOT NULL,
	`url` text NOT NULL,
	`image` text,
	`published_at` integer,
	`found_at` integer NOT NULL,
	`is_news` integer NOT NULL,
	`gone_at` integer,
	PRIMARY KEY(`shop`, `article_id`)
);
--> statement-breakpoint
CREATE INDEX `articles_by_found` ON `articles` (`shop`,`found_at`);--> statement-breakpoint
CREATE TABLE `audience_sweeps` (
	`shop` text NOT NULL,
	`journey` text NOT NULL,
	`occasion` text NOT NULL,
	`audience` text NOT NULL,
	`said` text NOT NULL,
	`cursor` text DEFAULT '' NOT NULL,
	`looked` integer DEFAULT 0 NOT NULL,
	`started` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`shop`, `journey`, `occasion`)
);
--> statement-breakpoint
CREATE INDEX `audience_sweeps_newest` ON `audience_sweeps` (`shop`,`journey`,`created_at`);--> statement-breakpoint
CREATE INDEX `audience_sweeps_by_age` ON `audience_sweeps` (`created_at`);--> statement-breakpoint
CREATE INDEX `customers_with_dates` ON `customers` (`shop`,`customer_id`) WHERE dates is not null;--> statement-breakpoint
CREATE INDEX `visitors_with_dates` ON `visitors` (`shop`,`visitor_id`) WHERE dates is not null;