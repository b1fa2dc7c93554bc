import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { adminContext, adminHeaders, notFound } from "../admin-request.server.ts";
import { AdminPage, NothingHere, Panel } from "../components/admin-page.tsx";
import { groupOf, JOURNEY_GROUPS } from "../components/journey-groups.ts";
import { JourneyRow } from "../components/journey-row.tsx";
import { stepName, stepNames } from "../components/step-names.ts";
import { listJourneys, setEnabled } from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { allSteps } from "../journeys/step-paths.ts";
import { parsePeriod } from "../reports/period.ts";
import { reportPeriod } from "../reports/summary.ts";
import { scheduleShopSync } from "../shopify/sync-shop.server.ts";

export async function loader({ request }: LoaderFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const month = parsePeriod({}, row.timezone, clock.now());
  if ("problems" in month) throw new Error("The default period must be valid");
  const [journeys, report, runs] = await Promise.all([
    listJourneys(store, shop),
    reportPeriod(store, shop, month.period, row.timezone),
    store.reports.activeRuns(shop),
  ]);

  return json({
    currency: row.currency,
    journeys: journeys.map(({ kind, enabled, version, definition }) => {
      const numbers = report.journeys.find((entry) => entry.kind === kind);
      return {
        kind,
        enabled,
        version,
        group: groupOf(definition.trigger.type),
        name: journeyKind(kind)?.name ?? kind,
        description: journeyKind(kind)?.description ?? "",
        messages: [...allSteps(definition)].filter(({ step }) => step.type === "message").length,
        sent: numbers?.sent ?? 0,
        clicked: numbers?.clicked ?? 0,
        shown: numbers?.shown ?? 0,
        orders: numbers?.orders ?? 0,
        revenue: numbers?.revenue ?? [],
        underWay: runs
          .filter((run) => run.journey === kind)
          .map(({ step, active, suspended }) => ({ place: stepName(stepNames(definition), step), active, suspended })),
      };
    }),
  });
}

const switchSchema = z.object({ kind: z.string().min(1).max(60), enabled: z.enum(["true", "false"]) });

export async function action({ request }: ActionFunctionArgs) {
  const { store, shop, clock } = await adminContext(request);
  const parsed = switchSchema.safeParse(Object.fromEntries(await request.formData()));
  if (!parsed.success) return json({ ok: false }, { status: 400 });

  const { kind, enabled } = parsed.data;
  const journey = await setEnabled(store, shop, kind, enabled === "true", clock.now());
  if (!journey) throw notFound("There is no such journey.");
  await scheduleShopSync(store, shop, clock.now());
  return json({ ok: true });
}

export default function Journeys() {
  const { journeys, currency } = useLoaderData<typeof loader>();
  return (
    <AdminPage title="Journeys" subtitle="What shoppers get, and when. Numbers are of the last 30 days.">
      {journeys.length === 0 && (
        <Panel flush>
          <NothingHere title="No journeys yet">
            They are made when the app is installed. Open the app anew in a moment.
          </NothingHere>
        </Panel>
      )}
      {JOURNEY_GROUPS.map((group) => {
        const members = journeys.filter((journey) => journey.group === group);
        if (members.length === 0) return null;
        return (
          <Panel key={group} title={group} flush>
            {members.map((journey) => (
              <SwitchableRow key={journey.kind} journey={journey} currency={currency} />
            ))}
          </Panel>
        );
      })}
    </AdminPage>
  );
}

type Row = Parameters<typeof JourneyRow>[0]["journey"];

/** Shows the switch where it will be while the request is under way. */
function SwitchableRow({ journey, currency }: { journey: Row; currency: string }) {
  const fetcher = useFetcher<typeof action>();
  const asked = fetcher.formData?.get("enabled");
  return (
    <JourneyRow
      journey={{ ...journey, enabled: asked === undefined || asked === null ? journey.enabled : asked === "true" }}
      currency={currency}
      onSwitch={(enabled) => fetcher.submit({ kind: journey.kind, enabled: String(enabled) }, { method: "post" })}
    />
  );
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
