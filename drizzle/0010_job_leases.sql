CREATE TABLE `job_leases` (
	`job_id` integer PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`until_machine` integer NOT NULL,
	`key` text
);
--> statement-breakpoint
CREATE INDEX `job_leases_key` ON `job_leases` (`key`) WHERE key is not null;--> statement-breakpoint
INSERT INTO `job_leases` SELECT `id`, coalesce(`lease_owner`, ''), coalesce(`lease_until_machine`, 0), (
	SELECT n.`key` FROM `jobs` n WHERE n.`key` = `jobs`.`key` AND n.`state` IN ('scheduled', 'available', 'retryable')
) FROM `jobs` WHERE `state` = 'running';--> statement-breakpoint
UPDATE `jobs` SET `key` = NULL WHERE `id` IN (SELECT `job_id` FROM `job_leases` WHERE `key` IS NOT NULL);--> statement-breakpoint
UPDATE `jobs` SET `state` = 'available', `attempts` = max(0, `attempts` - 1) WHERE `state` = 'running';--> statement-breakpoint
DELETE FROM `jobs` WHERE `state` = 'completed';--> statement-breakpoint
DROP INDEX `jobs_running`;--> statement-breakpoint
DROP INDEX `jobs_running_key`;--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `lease_owner`;--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `lease_until_machine`;
