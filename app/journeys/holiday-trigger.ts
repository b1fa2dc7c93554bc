import { z } from "zod";
import { isCountry } from "../calendar/countries.ts";
import { HOLIDAY_IDS, holidayById } from "../calendar/holidays.ts";
import { sendingHourSchema } from "./sending-hour.ts";

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

const holiday = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, "must be a short lower-case name such as mothers_day")
      .describe(`One we know (${HOLIDAY_IDS.join(", ")}), or a name for one of the shop's own`),
    daysBefore: z.number().int().min(0).max(14).default(0).describe("Days before the holiday the message is sent"),
    names: z
      .record(z.string().regex(LANGUAGE, "is not a language tag such as en"), z.string().trim().min(1).max(60))
      .optional()
      .describe("Only of the shop's own: what it is called, by language"),
    dates: z
      .array(z.string().refine(isDay, "is not a day such as 03-14 or 2027-03-14"))
      .min(1)
      .max(30)
      .optional()
      .describe("Only of the shop's own: each year's day (03-14), or the days themselves (2027-03-14)"),
  })
  .superRefine(({ id, names, dates }, context) => {
    const isOurs = holidayById(id) !== null;
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (isOurs && names) issue("names", `${id} has its names already`);
    if (isOurs && dates) issue("dates", `the days of ${id} are computed`);
    if (isOurs) return;
    if (!names && !dates) return issue("id", `"${id}" is not a holiday we know; one of your own needs names and dates`);
    if (!names || Object.keys(names).length === 0) issue("names", "needs a name in at least one language");
    if (!dates) issue("dates", "needs at least one day");
  });
export type ChosenHoliday = z.infer<typeof holiday>;

export const holidayTriggerSchema = z
  .strictObject({
    type: z.literal("holiday"),
    holidays: z
      .array(holiday)
      .max(40)
      .refine(hasNoTwice, "names a holiday twice")
      .default([])
      .describe("Each is opted in to; none: nothing is sent"),
    countries: z
      .array(z.string().refine(isCountry, "is not a country such as US or TR"))
      .min(1)
      .max(250)
      .nullable()
      .default(null)
      .describe("Only shoppers in these; null: in every country that has the holiday"),
    hour: sendingHourSchema,
  })
  .describe("Holidays where the shopper is");
export type HolidayTrigger = z.infer<typeof holidayTriggerSchema>;

function hasNoTwice(holidays: { id: string }[]): boolean {
  return new Set(holidays.map(({ id }) => id)).size === holidays.length;
}

function isDay(day: string): boolean {
  if (!/^(\d{4}-)?\d{2}-\d{2}$/.test(day)) return false;
  // 2000 was a leap year, with every day there is.
  const full = day.length === 5 ? `2000-${day}` : day;
  const date = new Date(`${full}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === full;
}
