import { journeySchema } from "../definition.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isAbout, numberOf, saidIn, textOf } from "./told-event.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "reviewed" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "Thank you for your review",
          body: "{% if product_title %}What you wrote about {{ product_title }} helps{% else %}Your words help{% endif %} others choose, and us to do better.",
        },
        tr: {
          title: "Yorumunuz için teşekkürler",
          body: "{% if product_title %}{{ product_title }} hakkında yazdıklarınız{% else %}Yazdıklarınız{% endif %} başkalarının seçimine, bizim de gelişmemize yardımcı oluyor.",
        },
        ar: {
          title: "شكرًا على تقييمك",
          body: "{% if product_title %}ما كتبته عن {{ product_title }}{% else %}رأيك{% endif %} يساعد غيرك على الاختيار ويساعدنا على التحسن.",
        },
      },
      discount: null,
    },
  ],
});

/** A review was written, as the merchant's review app tells by the API. */
export const reviewThanks: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: "review_thanks",
  name: "Review thanks",
  description: "Thanks for a review. Needs your review app to tell of it by the API: the event review_created.",
  trigger: "reviewed",
  defaultDefinition: DEFAULT_DEFINITION,

  plan({ event, person }: PlanInput): RunPlan[] {
    if (event.kind !== "review_created" || !isAbout(event, person)) return [];
    const { reviewId } = event.data;
    const subject = `review:${typeof reviewId === "string" ? reviewId : event.sourceId}`;
    const said = saidIn(event.data, ["productTitle", "rating"]);
    return [{ type: "arm", subject, anchorAt: event.occurredAt, context: { said } }];
  },

  facts: ({ context }) => ({ product_title: textOf(context.said, "productTitle") }),
  conditionFacts: ({ context }) => ({ rating: numberOf(context.said, "rating") }),
};
