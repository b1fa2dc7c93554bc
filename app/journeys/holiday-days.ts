import { holidayById, holidayDates } from "../calendar/holidays.ts";
import type { ChosenHoliday, HolidayTrigger } from "./holiday-trigger.ts";

/** The first of the merchant's holidays that somebody in a country is to be written to for on a day; null: none. */
export function holidayOn(trigger: HolidayTrigger, country: string | null, day: string): ChosenHoliday | null {
  if (trigger.countries && (country === null || !trigger.countries.includes(country))) return null;
  return trigger.holidays.find((chosen) => fallsOn(chosen, country, plusDays(day, chosen.daysBefore))) ?? null;
}

/** Whether anybody in the world may have to be written to on a day. */
export function isAnyoneMeant(trigger: HolidayTrigger, day: string): boolean {
  return countriesToLookAt(trigger).some((country) => holidayOn(trigger, country, day) !== null);
}

/** What a chosen holiday is called, by language. */
export function holidayNames({ id, names }: ChosenHoliday): Record<string, string> {
  return holidayById(id)?.names ?? names ?? {};
}

function fallsOn({ id, dates }: ChosenHoliday, country: string | null, day: string): boolean {
  const known = holidayById(id);
  if (known) return holidayDates(known, country, Number(day.slice(0, 4))).includes(day);
  return (dates ?? []).some((own) => own === day || own === day.slice(5));
}

/** Those named, or those that any chosen holiday names, and one that none does. */
function countriesToLookAt({ countries, holidays }: HolidayTrigger): (string | null)[] {
  if (countries) return countries;
  const named = holidays.flatMap(({ id }) =>
    (holidayById(id)?.rules ?? []).flatMap((rule) => (rule.countries === "*" ? [] : rule.countries)),
  );
  return [null, "OTHER", ...new Set(named)];
}

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
