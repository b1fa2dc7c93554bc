import { journeySchema } from "../definition.ts";
import { DAY_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { nextLocalMorning } from "./local-morning.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

const KIND = "account_created";
/** Who signs in with an account older than this did not just make it. */
const NEW_MS = DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "account_created" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "Your account is ready{% if first_name %}, {{ first_name }}{% endif %}",
          body: "From now on your orders and addresses at {{ shop_name }} are in one place.",
        },
        tr: {
          title: "Hesabınız hazır{% if first_name %}, {{ first_name }}{% endif %}",
          body: "{{ shop_name }} mağazasındaki siparişleriniz ve adresleriniz artık tek yerde.",
        },
        ar: {
          title: "حسابك جاهز{% if first_name %} يا {{ first_name }}{% endif %}",
          body: "من الآن تجد طلباتك وعناوينك في {{ shop_name }} في مكان واحد.",
        },
      },
      discount: null,
    },
  ],
});

/** Somebody is signed in with an account made just now. A guest's order makes a customer too, but nobody signs in. */
export const accountCreated: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: KIND,
  name: "Account created",
  description: "Greets who made an account, in the morning where they are. Not after a guest's order.",
  trigger: "account_created",
  defaultDefinition: DEFAULT_DEFINITION,

  plan({ person, now }: PlanInput): RunPlan[] {
    const { customerSince, visitor } = person;
    // Only a signed-in visit gives a visitor its customer.
    if (visitor.customerId === null || customerSince === null) return [];
    if (now.getTime() - customerSince.getTime() > NEW_MS) return [];
    const subject = `customer:${visitor.customerId}`;
    // Waiting for the morning already: nothing that happens meanwhile brings it forward.
    if (person.runs.some((run) => run.journey === KIND && run.subject === subject)) return [];
    return [{ type: "arm", subject, anchorAt: customerSince, dueAt: now, context: {} }];
  },

  check({ person, run }, now) {
    if (run.subject !== `customer:${person.visitor.customerId}`) return { type: "exit", reason: "replaced" };
    const until = nextLocalMorning(person, now);
    return until ? { type: "delay", reason: "local_morning", until } : { type: "send" };
  },

  target: () => "/account",
};
