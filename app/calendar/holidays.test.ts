import { expect, test } from "vitest";
import { isCountry } from "./countries.ts";
import { holidayById, HOLIDAYS, holidayDates } from "./holidays.ts";

function dates(id: string, country: string, years: number[]): string[] {
  const holiday = holidayById(id);
  return holiday ? years.flatMap((year) => holidayDates(holiday, country, year)) : [];
}

test.each([
  ["mothers_day", "US", ["2024-05-12", "2025-05-11", "2026-05-10", "2027-05-09", "2028-05-14"]],
  ["mothers_day", "TR", ["2024-05-12", "2025-05-11", "2026-05-10", "2027-05-09", "2028-05-14"]],
  ["mothers_day", "GB", ["2024-03-10", "2025-03-30", "2026-03-15", "2027-03-07", "2028-03-26"]],
  ["mothers_day", "FR", ["2024-05-26", "2025-05-25", "2026-05-31", "2027-05-30", "2028-05-28"]],
  ["mothers_day", "EG", ["2024-03-21", "2025-03-21", "2026-03-21", "2027-03-21", "2028-03-21"]],
  ["mothers_day", "ES", ["2024-05-05", "2025-05-04", "2026-05-03", "2027-05-02", "2028-05-07"]],
  ["mothers_day", "AR", ["2024-10-20", "2025-10-19", "2026-10-18", "2027-10-17", "2028-10-15"]],
  ["fathers_day", "US", ["2024-06-16", "2025-06-15", "2026-06-21", "2027-06-20", "2028-06-18"]],
  ["fathers_day", "DE", ["2024-05-09", "2025-05-29", "2026-05-14", "2027-05-06", "2028-05-25"]],
  ["fathers_day", "AU", ["2024-09-01", "2025-09-07", "2026-09-06", "2027-09-05", "2028-09-03"]],
  ["easter", "DE", ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16"]],
  ["easter", "GR", ["2024-05-05", "2025-04-20", "2026-04-12", "2027-05-02", "2028-04-16"]],
  ["lunar_new_year", "CN", ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"]],
  ["lunar_new_year", "KR", ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-07", "2028-01-27"]],
  ["ramadan", "SA", ["2024-03-11", "2025-03-01", "2026-02-18", "2027-02-08", "2028-01-28"]],
  ["eid_al_fitr", "SA", ["2024-04-10", "2025-03-30", "2026-03-20", "2027-03-09", "2028-02-26"]],
  ["eid_al_adha", "TR", ["2024-06-16", "2025-06-06", "2026-05-27", "2027-05-16", "2028-05-05"]],
  ["hanukkah", "IL", ["2024-12-26", "2025-12-15", "2026-12-05", "2027-12-25", "2028-12-13"]],
  ["rosh_hashanah", "IL", ["2024-10-03", "2025-09-23", "2026-09-12", "2027-10-02", "2028-09-21"]],
  ["nowruz", "IR", ["2024-03-20", "2025-03-21", "2026-03-21", "2027-03-21", "2028-03-20"]],
  ["mid_autumn", "CN", ["2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03"]],
  ["black_friday", "TR", ["2024-11-29", "2025-11-28", "2026-11-27", "2027-11-26", "2028-11-24"]],
  ["cyber_monday", "US", ["2024-12-02", "2025-12-01", "2026-11-30", "2027-11-29", "2028-11-27"]],
  ["thanksgiving", "CA", ["2024-10-14", "2025-10-13", "2026-10-12", "2027-10-11", "2028-10-09"]],
  ["republic_day", "TR", ["2024-10-29", "2025-10-29", "2026-10-29", "2027-10-29", "2028-10-29"]],
  ["valentines_day", "BR", ["2024-06-12", "2025-06-12", "2026-06-12", "2027-06-12", "2028-06-12"]],
])("%s falls in %s on its days", (id, country, expected) => {
  expect(dates(id, country, [2024, 2025, 2026, 2027, 2028])).toEqual(expected);
});

test("Lunar New Year keeps its days where the new moon is minutes from midnight", () => {
  expect(dates("lunar_new_year", "CN", [2029, 2030, 2031, 2032, 2033, 2034, 2035])).toEqual([
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
  ]);
});

test("makes way for Pentecost in France", () => {
  // 2023 and 2034 have Pentecost on the last Sunday of May.
  expect(dates("mothers_day", "FR", [2023, 2034])).toEqual(["2023-06-04", "2034-06-04"]);
});

test("a year may hold Ramadan twice", () => {
  expect(dates("ramadan", "SA", [2029, 2030])).toEqual(["2029-01-16", "2030-01-05", "2030-12-26"]);
});

test("a country without the holiday has no day for it", () => {
  expect(dates("thanksgiving", "TR", [2026])).toEqual([]);
  expect(dates("eid_al_fitr", "US", [2026])).toEqual([]);
});

test("somebody of no known country has the holidays that are on the same day everywhere", () => {
  const of = (id: string) => {
    const holiday = holidayById(id);
    return holiday && holidayDates(holiday, null, 2026);
  };
  expect(of("black_friday")).toEqual(["2026-11-27"]);
  expect(of("mothers_day")).toEqual([]);
  expect(of("eid_al_fitr")).toEqual([]);
});

test("every rule falls somewhere in every few years, each country is one, and none has two rules", () => {
  for (const holiday of HOLIDAYS) {
    const rules: { countries: readonly string[] | "*" }[] = [...holiday.rules];
    const countries = rules.flatMap((rule) => (rule.countries === "*" ? [] : rule.countries));
    for (let year = 2024; year <= 2060; year += 12)
      expect(holidayDates(holiday, countries[0] ?? "US", year).length, `${holiday.id} ${year}`).toBeGreaterThan(0);
    expect(countries.filter((country) => !isCountry(country))).toEqual([]);
    expect(countries.length, holiday.id).toBe(new Set(countries).size);
  }
});
