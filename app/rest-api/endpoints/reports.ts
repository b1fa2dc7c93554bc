import { z } from "zod";
import { parsePeriod } from "../../reports/period.ts";
import type { Period } from "../../reports/period.ts";
import { reportPeriod } from "../../reports/summary.ts";
import type { PeriodReport } from "../../reports/summary.ts";
import { defineEndpoint, money } from "../endpoint.ts";
import type { ApiCall } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

const day = z.string().describe("A date of the shop's calendar: 2026-11-21");
const periodQuery = z.object({
  from: day.optional().describe("First day, included. Without it: thirty days ending at `to`"),
  to: day.optional().describe("Last day, included. Without it: today in the shop's timezone"),
});

const totals = {
  sent: z.number().int().describe("Notifications handed to a push service; counted on the day they were made"),
  accepted: z.number().int().describe("Of these, taken by the push service"),
  shown: z.number().int().describe("Of these, seen on a screen, as far as the browser can tell"),
  clicked: z.number().int().describe("Of these, clicked"),
  orders: z.number().int().describe("Orders credited to a click inside the attribution window and not cancelled"),
  revenue: z.array(money).describe("Their value less refunds, per currency"),
  discountCost: z.array(money).describe("What Beckon's discount codes took off them"),
};

const summarySchema = z.object({
  from: day,
  to: day,
  subscribers: z.number().int().describe("Active now"),
  subscribersGained: z.number().int(),
  subscribersLost: z.number().int(),
  subscribersLostByCause: z.record(z.string(), z.number().int()),
  ...totals,
});

const daySchema = z.object({ date: day, gained: z.number().int().describe("New subscribers"), ...totals });
const journeySchema = z.object({ kind: z.string().describe("Journey kind, `campaign` or `direct`"), ...totals });

const discountSchema = z.object({
  journey: z.string().describe("Journey kind"),
  step: z.string().describe("Place of the step in the definition"),
  offer: z.string().describe("The terms: `percent:15`, `amount:500:USD;minimum:5000:USD`, `free_shipping`"),
  given: z.number().int().describe("Codes given to people in the period; one offered again counts once"),
  used: z.number().int().describe("Of these, used in an order"),
  cost: z.array(money).describe("What they took off orders that were not cancelled"),
});
const madeSchema = z.object({
  offer: z.string(),
  made: z.number().int().describe("Codes made in the period that were given or may still be"),
});

const errors = { 400: "The dates are wrong" };

export const reportEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "reports/summary",
    operationId: "getSummary",
    summary: "Totals of a period",
    description: "Dates are days of the shop's timezone, first and last included. Amounts are in minor units.",
    tag: "reports",
    query: periodQuery,
    body: null,
    answer: { status: 200, description: "The totals", schema: summarySchema },
    errors,
    async handle(call) {
      const { summary } = await reportOf(call);
      return { status: 200, body: summary };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "reports/daily",
    operationId: "getDailyTotals",
    summary: "Totals of each day of a period",
    tag: "reports",
    query: periodQuery,
    body: null,
    answer: {
      status: 200,
      description: "One entry per day, oldest first",
      schema: z.object({ data: z.array(daySchema), next: z.null() }),
    },
    errors,
    async handle(call) {
      const { days } = await reportOf(call);
      return { status: 200, body: { data: days, next: null } };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "reports/journeys",
    operationId: "getJourneyTotals",
    summary: "Totals of each journey in a period",
    tag: "reports",
    query: periodQuery,
    body: null,
    answer: {
      status: 200,
      description: "One entry per journey that did something",
      schema: z.object({ data: z.array(journeySchema), next: z.null() }),
    },
    errors,
    async handle(call) {
      const { journeys } = await reportOf(call);
      return { status: 200, body: { data: journeys, next: null } };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "reports/discounts",
    operationId: "getDiscountTotals",
    summary: "Discount codes made, given and used in a period, and what they cost",
    tag: "reports",
    query: periodQuery,
    body: null,
    answer: {
      status: 200,
      description: "One entry per step and terms, the most given first; and what was made, by terms",
      schema: z.object({ data: z.array(discountSchema), made: z.array(madeSchema), next: z.null() }),
    },
    errors,
    async handle(call) {
      const { store, shop } = call;
      const { range } = (await periodOf(call)).period;
      const [data, made] = await Promise.all([store.discounts.given(shop, range), store.discounts.made(shop, range)]);
      return { status: 200, body: { data, made, next: null } };
    },
  }),
];

type PeriodCall = ApiCall<z.output<typeof periodQuery>, null>;

async function reportOf(call: PeriodCall): Promise<PeriodReport> {
  const { period, timezone } = await periodOf(call);
  return reportPeriod(call.store, call.shop, period, timezone);
}

async function periodOf({ store, shop, clock, query }: PeriodCall): Promise<{ period: Period; timezone: string }> {
  const timezone = (await store.shops.get(shop))?.timezone ?? "UTC";
  const result = parsePeriod(query, timezone, clock.now());
  if ("problems" in result) throw new ProblemError(400, "The period is wrong.", result.problems);
  return { period: result.period, timezone };
}
