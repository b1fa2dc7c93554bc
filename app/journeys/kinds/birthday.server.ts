import { DateTime } from "luxon";
import { journeySchema } from "../definition.ts";
import { DAY_MS } from "../duration.ts";
import type { PersonView, RunContext } from "../person-view.ts";
import { localTime } from "../quiet-hours.ts";
import { daily } from "./daily.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { shoppersTimezones } from "./local-morning.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { textOf } from "./told-event.ts";
import { whoIs } from "./who.ts";

const KIND = "birthday";
const MORNING = 9;
const OCCASIONS = ["birthday", "anniversary"] as const;

const onlyOn = (occasion: (typeof OCCASIONS)[number]) => ({
  all: [{ field: "occasion", op: "eq", value: occasion }],
});

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "occasion" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      if: onlyOn("birthday"),
      message: {
        en: {
          title: "Happy birthday{% if first_name %}, {{ first_name }}{% endif %}!",
          body: "A present from {{ shop_name }}: {{ discount }} with the code {{ code }}, until {{ code_expires }}.",
        },
        tr: {
          title: "{% if first_name %}{{ first_name }}, {% endif %}doğum gününüz kutlu olsun!",
          body: "{{ shop_name }} mağazasından bir hediye: {{ code }} koduyla {{ discount }}. Son tarih: {{ code_expires }}.",
        },
        ar: {
          title: "عيد ميلاد سعيد{% if first_name %} يا {{ first_name }}{% endif %}!",
          body: "هدية من {{ shop_name }}: رمزك {{ code }} يمنحك {{ discount }} حتى {{ code_expires }}.",
        },
      },
      discount: { percent: 15, validHours: 336, whenUnavailable: "send_without" },
    },
    {
      type: "message",
      if: onlyOn("anniversary"),
      message: {
        en: {
          title: "Happy anniversary{% if first_name %}, {{ first_name }}{% endif %}!",
          body: "All of us at {{ shop_name }} wish you a wonderful day.",
        },
        tr: {
          title: "{% if first_name %}{{ first_name }}, {% endif %}yıl dönümünüz kutlu olsun!",
          body: "{{ shop_name }} ekibi olarak size harika bir gün dileriz.",
        },
        ar: {
          title: "ذكرى سنوية سعيدة{% if first_name %} يا {{ first_name }}{% endif %}!",
          body: "فريق {{ shop_name }} يتمنى لك يومًا رائعًا.",
        },
      },
      discount: null,
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "Happy birthday{% if first_name %}, {{ first_name }}{% endif %}!",
    body: "All of us at {{ shop_name }} wish you a wonderful day.",
  },
  tr: {
    title: "{% if first_name %}{{ first_name }}, {% endif %}doğum gününüz kutlu olsun!",
    body: "{{ shop_name }} ekibi olarak size harika bir gün dileriz.",
  },
  ar: {
    title: "عيد ميلاد سعيد{% if first_name %} يا {{ first_name }}{% endif %}!",
    body: "فريق {{ shop_name }} يتمنى لك يومًا رائعًا.",
  },
};

/** A person's birthday or anniversary, told by the API: in the morning where they are, on the day itself or not at all. */
export const birthday: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: KIND,
  name: "Birthday and anniversary",
  description:
    "Congratulates in the morning of the day. Needs your system to tell the day by the API: the events birthday and anniversary.",
  trigger: "occasion",
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,

  plan({ person, now }: PlanInput): RunPlan[] {
    const arms = mornings(person, now).map(({ at, subject, context }): Extract<RunPlan, { type: "arm" }> => ({
      type: "arm",
      subject,
      anchorAt: at,
      dueAt: at < now ? now : at,
      context,
    }));
    const meant = new Set(arms.map(({ subject }) => subject));
    const replaced = person.runs.filter((run) => run.journey === KIND && !meant.has(run.subject));
    return [
      ...replaced.map(({ subject }): RunPlan => ({ type: "exit", subject, reason: "replaced" })),
      // One that waits (for its day, for quiet hours to end) is left alone.
      ...arms.filter(({ subject }) => !person.runs.some((run) => run.journey === KIND && run.subject === subject)),
    ];
  },

  audience: {
    // Who was told of before the journey was on, or has not been by since, is found the day before.
    occasions: daily({ of: "dated" }),
    invite: ({ person, now }) =>
      mornings(person, now)
        .filter(({ at }) => at.getTime() - now.getTime() < 2 * DAY_MS)
        .map(({ at, subject, context }) => [{ subject, context, when: { at }, mayBeLate: true }]),
  },

  // Who was not reachable for a while is again.
  mayStartAgain: (ended, context) => ended.state === "exited" && (context.sent ?? 0) === 0,

  check({ context, person }, now) {
    const date = textOf(context.said, "date");
    const there = localTime(now, shoppersTimezones(person));
    const day = DateTime.fromISO(date ?? "", { zone: there.zone });
    if (!day.isValid || there.startOf("day") > day.startOf("day")) return { type: "exit", reason: "too_late" };
    const morning = day.set({ hour: MORNING });
    return morning > there ? { type: "delay", reason: "local_morning", until: morning.toJSDate() } : { type: "send" };
  },

  conditionFacts: ({ context }) => ({ occasion: textOf(context.said, "occasion") }),
};

/** The mornings to come on which there is something to congratulate on. */
function mornings(person: PersonView, now: Date): { at: Date; subject: string; context: RunContext }[] {
  return OCCASIONS.flatMap((occasion) =>
    nextMornings(person, occasion, now).map((morning) => {
      const date = morning.toISODate() ?? "";
      const context = { said: { occasion, date } };
      return { at: morning.toJSDate(), subject: `${whoIs(person)}:${occasion}:${date}`, context };
    }),
  );
}

/** The morning of the next such day; on the day itself that of the next year too, because nobody may come by until then. */
function nextMornings(person: PersonView, occasion: (typeof OCCASIONS)[number], now: Date): DateTime[] {
  const date = person.dates[occasion];
  if (!date) return [];
  const there = localTime(now, shoppersTimezones(person));
  const [month = 1, day = 1] = date.split("-").map(Number);
  const inYear = (year: number) => {
    // Born on 29 February: on the 28th in other years.
    const first = DateTime.fromObject({ year, month, day: 1, hour: MORNING }, { zone: there.zone });
    return first.set({ day: Math.min(day, first.daysInMonth ?? day) });
  };
  const mornings = [inYear(there.year), inYear(there.year + 1)].filter((morning) => morning.endOf("day") >= there);
  const isToday = mornings[0]?.hasSame(there, "day") ?? false;
  return mornings.slice(0, isToday ? 2 : 1);
}
