import { DISCOUNT_FIELDS } from "../composer/discount-words.ts";
import { exampleFacts, renderTemplate } from "../composer/liquid.server.ts";
import type { TemplateFacts } from "../composer/template-fields.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import type { JourneyDefinition, MessageStep } from "./definition.ts";
import { discountProblems, exampleDiscountFacts } from "./discount.ts";
import type { StepDiscount } from "./discount.ts";
import { codeProblem, findCode } from "./fixed-code.server.ts";

type Issue = { path: string; message: string };

/**
 * What is wrong with the discounts of a definition that is otherwise well: another currency than the shop's, words that
 * would stay empty, and a merchant's own code that does something else in Shopify. Shopify not answering stops nobody from
 * saving: the code is looked at again before each message.
 *
 * @param admin null: Shopify is not asked
 */
export async function discountIssues(
  admin: AdminApi | null,
  { shop, currency }: { shop: string; currency: string },
  definition: JourneyDefinition,
  now: Date,
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const { path, step, discount } of discountsOf(definition.steps, "steps")) {
    const problems = discountProblems(discount, currency);
    issues.push(...problems.map((problem) => ({ ...problem, path: `${path}.discount.${problem.path}` })));
    if (problems.length > 0) continue;

    let facts = exampleDiscountFacts(discount, now);
    if (discount.code && admin) {
      const found = await findCode(admin, shop, discount.code);
      const problem = codeProblem(found, discount, now);
      if (problem) issues.push({ path: `${path}.discount.code`, message: problem });
      if (found.type === "found") {
        facts = { ...facts, code_expires: found.discount.endsAt ? new Date(found.discount.endsAt) : null };
      }
    }
    issues.push(...emptyWords(step, { ...exampleFacts(now), ...facts }, `${path}.message`));
  }
  return issues;
}

type Discounted = { path: string; step: MessageStep; discount: StepDiscount };

/** Of every message, however deep in branches. */
function discountsOf(part: unknown, path: string): Discounted[] {
  if (typeof part !== "object" || part === null) return [];
  if ("type" in part && part.type === "message") {
    const step = part as MessageStep;
    return step.discount ? [{ path, step, discount: step.discount }] : [];
  }
  return Object.entries(part).flatMap(([name, inner]) => discountsOf(inner, `${path}.${name}`));
}

/** Texts that name what this discount does not have: the percentage of free shipping, the end of a code without one. */
function emptyWords(step: MessageStep, facts: TemplateFacts, path: string): Issue[] {
  return Object.entries(step.message).flatMap(([locale, text]) =>
    (["title", "body"] as const).flatMap((field) => {
      const { holes } = renderTemplate(text[field], facts, { locale, timezone: "UTC" });
      return DISCOUNT_FIELDS.filter((name) => holes.has(name)).map((name) => ({
        path: `${path}.${locale}.${field}`,
        message: `{{ ${name} }} is empty with this discount; {{ discount }} says what the code gives`,
      }));
    }),
  );
}
