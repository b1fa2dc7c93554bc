ALTER TABLE `price_history` ADD `country` text;--> statement-breakpoint
ALTER TABLE `price_history` ADD `currency` text;