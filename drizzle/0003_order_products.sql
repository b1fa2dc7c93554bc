CREATE TABLE `order_products` (
	`shop` text NOT NULL,
	`order_id` text NOT NULL,
	`product_id` text NOT NULL,
	`ordered_at` integer NOT NULL,
	PRIMARY KEY(`shop`, `order_id`, `product_id`)
);
--> statement-breakpoint
CREATE INDEX `order_products_by_product` ON `order_products` (`shop`,`product_id`,`ordered_at`);--> statement-breakpoint
INSERT OR IGNORE INTO `order_products` (`shop`, `order_id`, `product_id`, `ordered_at`) SELECT o.`shop`, o.`order_id`, json_extract(i.`value`, '$.productId'), o.`created_at` FROM `orders` o, json_each(o.`items`) i WHERE json_extract(i.`value`, '$.productId') IS NOT NULL;
