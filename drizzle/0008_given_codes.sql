CREATE TABLE `given_codes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`shop` text NOT NULL,
	`code` text NOT NULL,
	`is_unique` integer NOT NULL,
	`offer` text NOT NULL,
	`ends_at` integer,
	`journey` text NOT NULL,
	`step` text NOT NULL,
	`run_id` integer,
	`person_key` text,
	`given_at` integer NOT NULL,
	`used_at` integer,
	`order_id` text,
	`currency` text,
	`cost` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `given_codes_by_code` ON `given_codes` (`shop`,`code`,`person_key`);--> statement-breakpoint
CREATE INDEX `given_codes_by_time` ON `given_codes` (`shop`,`given_at`);--> statement-breakpoint
CREATE INDEX `given_codes_by_journey` ON `given_codes` (`shop`,`journey`,`given_at`);--> statement-breakpoint
CREATE INDEX `given_codes_by_person` ON `given_codes` (`shop`,`person_key`,`given_at`) WHERE person_key is not null;--> statement-breakpoint
CREATE INDEX `given_codes_by_use` ON `given_codes` (`shop`,`used_at`) WHERE used_at is not null;--> statement-breakpoint
ALTER TABLE `discounts` ADD `first_code` text;--> statement-breakpoint
ALTER TABLE `discounts` ADD `problem` text;
--> statement-breakpoint
INSERT OR IGNORE INTO given_codes (shop, code, is_unique, offer, ends_at, journey, step, run_id, person_key, given_at, used_at, order_id, currency, cost)
SELECT c.shop, c.code, 1, d.offer, d.ends_at, coalesce(n.kind, ''), coalesce(n.step, ''), n.run_id, c.person_key, c.taken_at, c.used_at, c.order_id, o.currency,
  CASE WHEN o.order_id IS NOT NULL THEN coalesce(json_extract(o.discount_amounts, '$."' || c.code || '"'), 0) END
FROM discount_codes c JOIN discounts d ON d.id = c.discount_id
LEFT JOIN notifications n ON n.id = c.notification_id
LEFT JOIN orders o ON o.shop = c.shop AND o.order_id = c.order_id
WHERE c.taken_at IS NOT NULL;
