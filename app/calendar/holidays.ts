import { datesIn } from "./date-rules.ts";
import type { DateRule } from "./date-rules.ts";

// Holidays that shops write to their customers for, with the day of each country. Where a date is somebody else's to
// announce (the sighting of the moon), it is the computed one. Not here, because no calendar in Node computes it: Diwali and
// the other Hindu feasts. Such a day is entered as a holiday of the shop's own, with its dates.

/** A country's rule; `*` is every country without a rule of its own. */
type Rules = readonly { countries: readonly string[] | "*"; rule: DateRule }[];

export type Holiday = {
  id: string;
  /** By language; `en` for those not here. */
  names: { en: string; tr: string; ar: string };
  /** A day to buy, not to wish well for. */
  isSale?: boolean;
  rules: Rules;
};

const fixed = (month: number, day: number): DateRule => ({ type: "fixed", month, day });
const sunday = (nth: number, month: number): DateRule => ({ type: "weekday", month, weekday: 7, nth });
const everywhere = (rule: DateRule): Rules => [{ countries: "*", rule }];

const CHRISTIAN =
  "AD AR AT AU BE BO BR CA CH CL CO CR CU CY CZ DE DK DO EC EE ES FI FR GB GR GT HN HR HU IE IS IT JM KE LI LT LU LV MC MT MX NG NI NL NO NZ PA PE PH PL PR PT PY RO SE SI SK SM SV UA US UY VE ZA BG".split(
    " ",
  );
const ORTHODOX_EASTER = "BG BY CY GE GR MD ME MK RO RS RU UA".split(" ");
const WESTERN_EASTER = CHRISTIAN.filter((country) => !ORTHODOX_EASTER.includes(country));
const ARAB = "AE BH DZ EG IQ JO KW LB LY MA OM PS QA SA SD SY TN YE".split(" ");
const MUSLIM = [...ARAB, ..."AF AL AZ BA BD BN DJ ID IR KG KM KZ MR MV MY NE PK SN SO TD TJ TM TR UZ XK".split(" ")];
const CHINESE_NEW_YEAR = "CN HK MO MY SG TW VN".split(" ");

const MOTHERS_DAY: Rules = [
  { countries: ["NO"], rule: sunday(2, 2) },
  { countries: ["GE"], rule: fixed(3, 3) },
  { countries: ["AL", "BG", "MK"], rule: fixed(3, 8) },
  // Mothering Sunday, the fourth of Lent.
  { countries: ["GB", "GG", "IE", "IM", "JE"], rule: { type: "easter", church: "western", plusDays: -21 } },
  {
    countries: ["AE", "BH", "EG", "IQ", "JO", "KW", "LB", "LY", "OM", "PS", "QA", "SA", "SD", "SY", "YE"],
    rule: fixed(3, 21),
  },
  { countries: ["SI"], rule: fixed(3, 25) },
  { countries: ["AO", "CV", "ES", "HU", "LT", "MZ", "PT", "RO"], rule: sunday(1, 5) },
  { countries: ["KR"], rule: fixed(5, 8) },
  { countries: ["GT", "MX", "SV"], rule: fixed(5, 10) },
  { countries: ["PL"], rule: fixed(5, 26) },
  { countries: ["BO"], rule: fixed(5, 27) },
  { countries: ["NI"], rule: fixed(5, 30) },
  { countries: ["DO", "DZ", "MA", "SE", "TN"], rule: sunday(-1, 5) },
  // Pentecost goes first.
  { countries: ["FR"], rule: { type: "weekday", month: 5, weekday: 7, nth: -1, weekLaterAtEaster: 49 } },
  { countries: ["LU"], rule: sunday(2, 6) },
  { countries: ["TH"], rule: fixed(8, 12) },
  { countries: ["CR"], rule: fixed(8, 15) },
  { countries: ["BY"], rule: fixed(10, 14) },
  { countries: ["AR"], rule: sunday(3, 10) },
  { countries: ["RU"], rule: sunday(-1, 11) },
  { countries: ["PA"], rule: fixed(12, 8) },
  { countries: ["ID"], rule: fixed(12, 22) },
  { countries: "*", rule: sunday(2, 5) },
];

const FATHERS_DAY: Rules = [
  { countries: ["AD", "AO", "BO", "ES", "HN", "HR", "IT", "LI", "MZ", "PT"], rule: fixed(3, 19) },
  { countries: ["KR"], rule: fixed(5, 8) },
  { countries: ["RO"], rule: sunday(2, 5) },
  { countries: ["DE"], rule: { type: "easter", church: "western", plusDays: 39 } },
  { countries: ["CH", "LT"], rule: sunday(1, 6) },
  { countries: ["DK"], rule: fixed(6, 5) },
  { countries: ["AT", "BE"], rule: sunday(2, 6) },
  {
    countries: ["AE", "BH", "EG", "IQ", "JO", "KW", "LB", "LY", "OM", "PS", "QA", "SA", "SD", "SY"],
    rule: fixed(6, 21),
  },
  { countries: ["PL"], rule: fixed(6, 23) },
  { countries: ["TW"], rule: fixed(8, 8) },
  { countries: ["BR"], rule: sunday(2, 8) },
  { countries: ["AU", "NZ"], rule: sunday(1, 9) },
  { countries: ["LV"], rule: sunday(2, 9) },
  { countries: ["LU"], rule: sunday(1, 10) },
  { countries: ["RU"], rule: sunday(3, 10) },
  { countries: ["EE", "FI", "IS", "NO", "SE"], rule: sunday(2, 11) },
  { countries: ["TH"], rule: fixed(12, 5) },
  { countries: ["BG"], rule: fixed(12, 26) },
  { countries: "*", rule: sunday(3, 6) },
];

/** Month and day of the day a country celebrates itself. */
const NATIONAL_DAYS: Record<string, [number, number]> = {
  AE: [12, 2],
  AR: [7, 9],
  AT: [10, 26],
  BE: [7, 21],
  BH: [12, 16],
  BR: [9, 7],
  CA: [7, 1],
  CH: [8, 1],
  CL: [9, 18],
  CN: [10, 1],
  CO: [7, 20],
  CZ: [10, 28],
  DE: [10, 3],
  DK: [6, 5],
  DZ: [7, 5],
  EG: [7, 23],
  ES: [10, 12],
  FI: [12, 6],
  FR: [7, 14],
  GR: [3, 25],
  HU: [8, 20],
  ID: [8, 17],
  IE: [3, 17],
  JO: [5, 25],
  KR: [8, 15],
  KW: [2, 25],
  MX: [9, 16],
  MY: [8, 31],
  NL: [4, 27],
  NO: [5, 17],
  PE: [7, 28],
  PH: [6, 12],
  PL: [11, 11],
  QA: [12, 18],
  RO: [12, 1],
  SA: [9, 23],
  SE: [6, 6],
  SG: [8, 9],
  TN: [3, 20],
  UA: [8, 24],
  US: [7, 4],
  ZA: [4, 27],
};

/** In the order of the year, as far as it is the same everywhere. */
export const HOLIDAYS = [
  {
    id: "new_year",
    names: { en: "New Year", tr: "Yeni yıl", ar: "رأس السنة" },
    rules: everywhere(fixed(1, 1)),
  },
  {
    id: "lunar_new_year",
    names: { en: "Lunar New Year", tr: "Ay yeni yılı", ar: "رأس السنة القمرية" },
    rules: [
      { countries: CHINESE_NEW_YEAR, rule: { type: "other", calendar: "chinese", month: "1", day: 1 } },
      { countries: ["KR"], rule: { type: "other", calendar: "dangi", month: "1", day: 1 } },
    ],
  },
  {
    id: "valentines_day",
    names: { en: "Valentine’s Day", tr: "Sevgililer Günü", ar: "عيد الحب" },
    rules: [
      { countries: ["BR"], rule: fixed(6, 12) },
      { countries: "*", rule: fixed(2, 14) },
    ],
  },
  {
    id: "ramadan",
    names: { en: "Ramadan", tr: "Ramazan", ar: "رمضان" },
    rules: [{ countries: MUSLIM, rule: { type: "other", calendar: "islamic-umalqura", month: "9", day: 1 } }],
  },
  {
    id: "eid_al_fitr",
    names: { en: "Eid al-Fitr", tr: "Ramazan Bayramı", ar: "عيد الفطر" },
    rules: [{ countries: MUSLIM, rule: { type: "other", calendar: "islamic-umalqura", month: "10", day: 1 } }],
  },
  {
    id: "eid_al_adha",
    names: { en: "Eid al-Adha", tr: "Kurban Bayramı", ar: "عيد الأضحى" },
    rules: [{ countries: MUSLIM, rule: { type: "other", calendar: "islamic-umalqura", month: "12", day: 10 } }],
  },
  {
    id: "womens_day",
    names: { en: "Women’s Day", tr: "Kadınlar Günü", ar: "يوم المرأة" },
    rules: everywhere(fixed(3, 8)),
  },
  {
    id: "nowruz",
    names: { en: "Nowruz", tr: "Nevruz", ar: "نوروز" },
    rules: [
      { countries: ["AF", "IR"], rule: { type: "other", calendar: "persian", month: "1", day: 1 } },
      { countries: ["AZ", "KG", "KZ", "TJ", "TM", "UZ"], rule: fixed(3, 21) },
    ],
  },
  {
    id: "easter",
    names: { en: "Easter", tr: "Paskalya", ar: "عيد الفصح" },
    rules: [
      { countries: WESTERN_EASTER, rule: { type: "easter", church: "western", plusDays: 0 } },
      { countries: ORTHODOX_EASTER, rule: { type: "easter", church: "orthodox", plusDays: 0 } },
    ],
  },
  {
    id: "childrens_day",
    names: { en: "Children’s Day", tr: "Çocuk Bayramı", ar: "يوم الطفل" },
    rules: [
      { countries: ["TR"], rule: fixed(4, 23) },
      { countries: ["MX"], rule: fixed(4, 30) },
      { countries: ["JP", "KR"], rule: fixed(5, 5) },
      { countries: ["CN"], rule: fixed(6, 1) },
      { countries: ["AR"], rule: sunday(3, 8) },
      { countries: ["BR"], rule: fixed(10, 12) },
    ],
  },
  {
    id: "mothers_day",
    names: { en: "Mother’s Day", tr: "Anneler Günü", ar: "عيد الأم" },
    rules: MOTHERS_DAY,
  },
  {
    id: "fathers_day",
    names: { en: "Father’s Day", tr: "Babalar Günü", ar: "عيد الأب" },
    rules: FATHERS_DAY,
  },
  {
    id: "national_day",
    names: { en: "National Day", tr: "Ulusal gün", ar: "اليوم الوطني" },
    rules: Object.entries(NATIONAL_DAYS).map(([country, [month, day]]) => ({
      countries: [country],
      rule: fixed(month, day),
    })),
  },
  {
    id: "republic_day",
    names: { en: "Republic Day", tr: "Cumhuriyet Bayramı", ar: "عيد الجمهورية" },
    rules: [
      { countries: ["IN"], rule: fixed(1, 26) },
      { countries: ["IT"], rule: fixed(6, 2) },
      { countries: ["PT"], rule: fixed(10, 5) },
      { countries: ["TR"], rule: fixed(10, 29) },
    ],
  },
  {
    id: "rosh_hashanah",
    names: { en: "Rosh Hashanah", tr: "Roş Aşana", ar: "روش هاشناه" },
    rules: [{ countries: ["IL"], rule: { type: "other", calendar: "hebrew", month: "Tishri", day: 1 } }],
  },
  {
    id: "mid_autumn",
    names: { en: "Mid-Autumn Festival", tr: "Güz Ortası Bayramı", ar: "مهرجان منتصف الخريف" },
    rules: [{ countries: CHINESE_NEW_YEAR, rule: { type: "other", calendar: "chinese", month: "8", day: 15 } }],
  },
  {
    id: "halloween",
    names: { en: "Halloween", tr: "Cadılar Bayramı", ar: "الهالوين" },
    rules: [{ countries: ["AU", "CA", "GB", "IE", "NZ", "US"], rule: fixed(10, 31) }],
  },
  {
    id: "singles_day",
    names: { en: "Singles’ Day", tr: "11.11", ar: "يوم العزاب" },
    isSale: true,
    rules: everywhere(fixed(11, 11)),
  },
  {
    id: "thanksgiving",
    names: { en: "Thanksgiving", tr: "Şükran Günü", ar: "عيد الشكر" },
    rules: [
      { countries: ["CA"], rule: { type: "weekday", month: 10, weekday: 1, nth: 2 } },
      { countries: ["US"], rule: { type: "weekday", month: 11, weekday: 4, nth: 4 } },
    ],
  },
  {
    id: "black_friday",
    names: { en: "Black Friday", tr: "Efsane Cuma", ar: "الجمعة البيضاء" },
    isSale: true,
    // The day after Thanksgiving in the United States, not the fourth Friday.
    rules: everywhere({ type: "weekday", month: 11, weekday: 4, nth: 4, plusDays: 1 }),
  },
  {
    id: "cyber_monday",
    names: { en: "Cyber Monday", tr: "Siber Pazartesi", ar: "إثنين الإنترنت" },
    isSale: true,
    rules: everywhere({ type: "weekday", month: 11, weekday: 4, nth: 4, plusDays: 4 }),
  },
  {
    id: "hanukkah",
    names: { en: "Hanukkah", tr: "Hanuka", ar: "حانوكا" },
    rules: [{ countries: ["IL"], rule: { type: "other", calendar: "hebrew", month: "Kislev", day: 25 } }],
  },
  {
    id: "christmas",
    names: { en: "Christmas", tr: "Noel", ar: "عيد الميلاد" },
    rules: [
      { countries: ["BY", "GE", "ME", "MK", "RS", "RU"], rule: fixed(1, 7) },
      { countries: CHRISTIAN, rule: fixed(12, 25) },
    ],
  },
] as const satisfies readonly Holiday[];

export type HolidayId = (typeof HOLIDAYS)[number]["id"];
export const HOLIDAY_IDS = HOLIDAYS.map(({ id }) => id);

/** Null for one we do not know. */
export function holidayById(id: string): Holiday | null {
  return HOLIDAYS.find((holiday) => holiday.id === id) ?? null;
}

/**
 * When a holiday falls in a country.
 *
 * @param country null: not known; then only a holiday that is on the same day everywhere has one
 * @returns the days in that year, in order: "2027-05-09"; none where the country does not have it
 */
export function holidayDates(holiday: Holiday, country: string | null, year: number): string[] {
  const rule = ruleFor(holiday, country);
  return rule ? datesIn(rule, year) : [];
}

function ruleFor({ rules }: Holiday, country: string | null): DateRule | null {
  const [first, ...others] = rules;
  if (country === null) return others.length === 0 && first?.countries === "*" ? first.rule : null;
  const own = rules.find(({ countries }) => countries !== "*" && countries.includes(country));
  return (own ?? rules.find(({ countries }) => countries === "*"))?.rule ?? null;
}
