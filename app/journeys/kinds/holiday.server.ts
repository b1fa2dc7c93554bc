import { HOLIDAYS } from "../../calendar/holidays.ts";
import { journeySchema } from "../definition.ts";
import { DAY_MS } from "../duration.ts";
import { holidayNames, holidayOn, isAnyoneMeant } from "../holiday-days.ts";
import type { ChosenHoliday } from "../holiday-trigger.ts";
import type { RunContext, Situation } from "../person-view.ts";
import { localTime } from "../quiet-hours.ts";
import { nextUtcDay, utcDay } from "./daily.ts";
import type { JourneyKind } from "./kind.ts";
import { shoppersTimezones } from "./local-morning.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { textOf } from "./told-event.ts";
import { countryOf, whoIs } from "./who.ts";

/** Days to buy on; on all others one wishes well. */
const SALES = HOLIDAYS.flatMap((holiday) => ("isSale" in holiday ? [holiday.id] : []));

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "holiday", holidays: [] },
  priority: 30,
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      if: { all: [{ field: "occasion", op: "not_in", value: SALES }] },
      message: {
        en: {
          title: "Best wishes for {{ holiday }}",
          body: "{% if first_name %}{{ first_name }}, all{% else %}All{% endif %} of us at {{ shop_name }} are thinking of you.",
        },
        tr: {
          title: "{{ holiday }} için en iyi dileklerimizle",
          body: "{% if first_name %}{{ first_name }}, {% endif %}{{ shop_name }} ekibi olarak sizi düşünüyoruz.",
        },
        ar: {
          title: "أطيب التمنيات بمناسبة {{ holiday }}",
          body: "{% if first_name %}{{ first_name }}، {% endif %}فريق {{ shop_name }} يفكر فيك ويتمنى لك كل خير.",
        },
      },
      discount: null,
    },
    {
      type: "message",
      if: { all: [{ field: "occasion", op: "in", value: SALES }] },
      message: {
        en: {
          title: "{{ holiday }} at {{ shop_name }}",
          body: "A good day to look for what you have had in mind. We would love to see you.",
        },
        tr: {
          title: "{{ shop_name }} mağazasında {{ holiday }}",
          body: "Aklınızdakilere bakmak için güzel bir gün. Sizi bekliyoruz.",
        },
        ar: {
          title: "{{ holiday }} في {{ shop_name }}",
          body: "يوم مناسب للبحث عما كنت تفكر فيه. يسعدنا أن نراك.",
        },
      },
      discount: null,
    },
  ],
});

/** Holidays of the country where the shopper is, at the hour of the day when they are usually there. */
export const holiday: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "holiday",
  name: "Holidays",
  description:
    "Writes on the holidays you choose, on the day they have in the shopper’s country and at the hour the shopper is usually there.",
  trigger: "holiday",
  defaultDefinition: DEFAULT_DEFINITION,

  plan: () => [],

  audience: {
    occasions({ definition: { trigger }, version, now }) {
      const lookAgainAt = nextUtcDay(now);
      if (trigger.type !== "holiday") return { occasions: [], lookAgainAt };
      // The day is still going on in the west, and begins in the east long before our midnight.
      const days = [-1, 0, 1].map((days) => utcDay(new Date(now.getTime() + days * DAY_MS)));
      const meant = days.filter((day) => isAnyoneMeant(trigger, day));
      return {
        // Holidays that were added since the day was gone through are looked for again.
        occasions: meant.map((day) => ({ key: `${day} v${version}`, audience: { of: "subscribers" }, said: { day } })),
        lookAgainAt,
      };
    },

    invite({ occasion, person, definition: { trigger } }) {
      const day = textOf(occasion.said, "day") ?? "";
      const chosen = trigger.type === "holiday" ? holidayOn(trigger, countryOf(person), day) : null;
      if (!chosen || trigger.type !== "holiday") return [];
      const context: RunContext = { said: { holiday: chosen.id, day } };
      const when = { day, hour: trigger.hour };
      return [[{ subject: `holiday:${day}:${whoIs(person)}`, context, when, mayBeLate: true }]];
    },
  },

  check({ context, person }, now) {
    const today = localTime(now, shoppersTimezones(person)).toISODate();
    return today === textOf(context.said, "day") ? { type: "send" } : { type: "exit", reason: "too_late" };
  },

  conditionFacts: ({ context }) => ({ occasion: textOf(context.said, "holiday") }),
  facts(situation) {
    const chosen = chosenHoliday(situation);
    return { holiday: chosen ? { byLanguage: holidayNames(chosen) } : null };
  },
};

function chosenHoliday({ trigger, context }: Situation): ChosenHoliday | null {
  if (trigger.type !== "holiday") return null;
  return trigger.holidays.find(({ id }) => id === context.said?.holiday) ?? null;
}
