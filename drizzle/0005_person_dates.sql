ALTER TABLE `customers` ADD `dates` text;--> statement-breakpoint
ALTER TABLE `visitors` ADD `dates` text;