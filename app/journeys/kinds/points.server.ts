import { journeySchema } from "../definition.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isAbout, numberOf, saidIn } from "./told-event.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "points_credited" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "{{ points }} points are yours",
          body: "{% if points_balance %}That makes {{ points_balance }} in all. {% endif %}Use them for your next order at {{ shop_name }}.",
        },
        tr: {
          title: "{{ points }} puan kazandınız",
          body: "{% if points_balance %}Toplam puanınız {{ points_balance }} oldu. {% endif %}{{ shop_name }} mağazasındaki bir sonraki siparişinizde kullanabilirsiniz.",
        },
        ar: {
          title: "نقاط جديدة في رصيدك: {{ points }}",
          body: "{% if points_balance %}أصبح مجموع نقاطك {{ points_balance }}. {% endif %}استخدمها في طلبك القادم من {{ shop_name }}.",
        },
      },
      discount: null,
    },
  ],
});

/** Points or a bonus were credited, as the merchant's loyalty system tells by the API. */
export const points: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: "points",
  name: "Points credited",
  description:
    "Tells at once of points or a bonus. Needs your loyalty system to tell of them by the API: the event points_credited.",
  trigger: "points_credited",
  defaultDefinition: DEFAULT_DEFINITION,

  plan({ event, person }: PlanInput): RunPlan[] {
    if (event.kind !== "points_credited" || !isAbout(event, person)) return [];
    const said = saidIn(event.data, ["points", "balance"]);
    return [{ type: "arm", subject: `points:${event.sourceId}`, anchorAt: event.occurredAt, context: { said } }];
  },

  facts: ({ context }) => ({
    points: numberOf(context.said, "points"),
    points_balance: numberOf(context.said, "balance"),
  }),
  target: () => "/account",
};
