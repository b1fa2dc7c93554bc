import { json } from "@remix-run/node";
import type { ActionFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { adminContext, notFound } from "../admin-request.server.ts";
import { stepName, stepNames } from "../components/step-names.ts";
import type { TryOut } from "../components/try-out.tsx";
import { InvalidDefinitionError, parseDefinition } from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { LONGEST_REPLAY_DAYS } from "../journeys/replay-report.ts";
import { replayer } from "../replay/replayer.server.ts";

const askedSchema = z.strictObject({
  days: z.number().int().min(1).max(LONGEST_REPLAY_DAYS),
  definition: z.unknown(),
});

/** What a journey as it is written in the form would have sent in the last days. Names nobody, changes nothing. */
export async function action({ request, params }: ActionFunctionArgs) {
  const all = await adminContext(request);
  const kind = params.kind ?? "";
  if (!journeyKind(kind)) throw notFound("There is no such journey.");
  const asked = askedSchema.safeParse(await request.json().catch(() => null));
  if (!asked.success) return answer({ type: "wrong", problems: [] }, 400);

  try {
    const { days } = asked.data;
    const definition = parseDefinition(kind, asked.data.definition);
    const replayed = await replayer(all)({ shop: all.shop, kind, definition, days }, request.signal);
    if (replayed.type === "busy") return answer({ type: "busy" }, 409);
    if (replayed.type !== "report") throw notFound("There is no such journey.");
    const { byDay: _, sample: __, byStep, ...rest } = replayed.report;
    const names = stepNames(definition);
    const steps = byStep.map(({ step, messages }) => ({ name: stepName(names, step), messages }));
    return answer({ type: "result", days, result: { ...rest, steps } });
  } catch (error) {
    if (error instanceof InvalidDefinitionError) return answer({ type: "wrong", problems: error.issues }, 400);
    throw error;
  }
}

function answer(tried: TryOut, status = 200) {
  return json(tried, { status });
}
