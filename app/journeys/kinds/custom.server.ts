import { isDeed, isUndone, lastCompletion } from "../chain.ts";
import { journeySchema } from "../definition.ts";
import { DAY_MS, delayMs, LONGEST_DELAY_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { numberOf, textOf } from "./told-event.ts";
import { whoIs } from "./who.ts";

const KIND = "custom";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: {
    type: "chain",
    chains: [
      {
        id: "trial",
        did: [{ event: "custom", name: "trial_taken" }],
        not: [{ event: "custom", name: "trial_downloaded" }],
      },
    ],
  },
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "P1D", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "You have not finished yet",
          body: "What you began at {{ shop_name }} is waiting for you. Go on whenever it suits you.",
        },
        tr: {
          title: "Henüz bitirmediniz",
          body: "{{ shop_name }} mağazasında başladığınız şey sizi bekliyor. Dilediğinizde devam edebilirsiniz.",
        },
        ar: {
          title: "لم تُكمل ما بدأته بعد",
          body: "ما بدأته في {{ shop_name }} في انتظارك. أكمله متى ناسبك ذلك.",
        },
      },
      discount: null,
    },
  ],
});

/** The merchant's own: did this, then that, within a time, and not the other. */
export const custom: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: KIND,
  name: "Your own chain of actions",
  description:
    "Begins when a shopper did one thing after the other within a time, and ends when they do what you hoped for. Your systems can tell of anything by the API: the event custom.",
  trigger: "chain",
  defaultDefinition: DEFAULT_DEFINITION,
  oncePerMs: DAY_MS,

  readsHistory(trigger, event) {
    if (trigger.type !== "chain") return null;
    // When the message leaves, what was done since the chain began is looked at, however long its waits are.
    if (event === null) return LONGEST_DELAY_MS;
    const meant = trigger.chains.filter((chain) => [...chain.did, ...chain.not].some((deed) => isDeed(deed, event)));
    return meant.length === 0 ? null : Math.max(...meant.map(({ within }) => delayMs(within))) + DAY_MS;
  },

  plan({ event, person, trigger, history }: PlanInput): RunPlan[] {
    const chains = trigger.type === "chain" ? trigger.chains : [];
    return chains.flatMap((chain): RunPlan[] => {
      const subject = `chain:${chain.id}:${whoIs(person)}`;
      const isUndoing = chain.not.some((deed) => isDeed(deed, event));
      const ends = person.runs
        .filter((run) => run.journey === KIND && textOf(saidOf(run.context), "chain") === chain.id)
        .filter((run) => event.occurredAt.getTime() > (numberOf(saidOf(run.context), "firstAt") ?? 0))
        .map((run): RunPlan => ({ type: "exit", subject: run.subject, reason: "done_meanwhile" }));
      if (isUndoing && ends.length > 0) return ends;

      const done = chain.did.some((deed) => isDeed(deed, event)) ? lastCompletion(chain, history) : null;
      // One that was complete before is old news.
      if (!done || done.lastAt < event.occurredAt || isUndone(chain, done.firstAt, history)) return [];
      const said = { chain: chain.id, firstAt: done.firstAt.getTime() };
      return [{ type: "arm", subject, anchorAt: done.lastAt, context: { said, version: done.lastAt.getTime() } }];
    });
  },

  // For another time that it was done.
  mayStartAgain: (_ended, context, plan) => (plan.version ?? 0) > (context.version ?? 0),

  check({ trigger, context, history }) {
    const id = textOf(context.said, "chain");
    const chain = trigger.type === "chain" ? trigger.chains.find((one) => one.id === id) : undefined;
    const firstAt = new Date(numberOf(context.said, "firstAt") ?? 0);
    if (!chain) return { type: "exit", reason: "superseded" };
    return isUndone(chain, firstAt, history) ? { type: "exit", reason: "done_meanwhile" } : { type: "send" };
  },

  conditionFacts: ({ context }) => ({ chain: textOf(context.said, "chain") }),
};

function saidOf(context: { said?: Record<string, string | number> }) {
  return context.said;
}
