import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData, useSearchParams } from "@remix-run/react";
import { useState } from "react";
import { z } from "zod";
import { adminContext, adminHeaders, storefrontUrl, themeEditorLinks } from "../admin-request.server.ts";
import { AdminPage, Inset, Notice, Panel } from "../components/admin-page.tsx";
import { Checklist } from "../components/checklist.tsx";
import { DiscountPanel } from "../components/discount-table.tsx";
import { useEmbedState } from "../components/embed-state.ts";
import { formatDay, formatMoney, formatMoneys, formatNumber, formatShare } from "../components/format.ts";
import { JourneyTable } from "../components/journey-table.tsx";
import { LineChart } from "../components/line-chart.tsx";
import { PeriodPicker } from "../components/period-picker.tsx";
import { refusalInWords } from "../components/plain-words.ts";
import { StatTiles } from "../components/stat-tiles.tsx";
import { stepName, stepNames } from "../components/step-names.ts";
import type { Stat } from "../components/stat-tiles.tsx";
import { TestPush } from "../components/test-push.tsx";
import { sendTestPush } from "../direct/send-test-push.server.ts";
import { listJourneys } from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { reportDiscounts } from "../reports/discounts.ts";
import { parsePeriod, previousPeriod } from "../reports/period.ts";
import type { Period } from "../reports/period.ts";
import { reportPeriod } from "../reports/summary.ts";
import type { DayTotals, Summary } from "../reports/summary.ts";

const REFUSALS_SHOWN_FOR_MS = 7 * 86_400_000;
const DISCOUNT_ROWS = 50;
const LENGTHS = [7, 30, 90];

export async function loader({ request }: LoaderFunctionArgs) {
  const context = await adminContext(request);
  const { store, shop, row, clock } = context;
  const now = clock.now();
  const { period, days } = periodOf(new URL(request.url).searchParams, row.timezone, now);

  const [report, previous, refused, devices, tests, discounts, journeys] = await Promise.all([
    reportPeriod(store, shop, period, row.timezone),
    reportPeriod(store, shop, previousPeriod(period, row.timezone), row.timezone),
    store.reports.refusedPushes(shop, new Date(now.getTime() - REFUSALS_SHOWN_FOR_MS)),
    store.subscribers.list(shop, { state: "active" }, null, 5),
    store.reports.decisions(shop, { journey: "direct" }, null, 1),
    reportDiscounts(store, shop, period.range, DISCOUNT_ROWS),
    listJourneys(store, shop),
  ]);
  const names = new Map(journeys.map(({ kind, definition }) => [kind, stepNames(definition)]));

  return json({
    shopName: row.name,
    currency: row.currency,
    now: now.toISOString(),
    period: { from: period.from, to: period.to },
    days,
    summary: report.summary,
    previous: previous.summary,
    daily: report.days,
    journeys: report.journeys.map((totals) => ({ ...totals, name: journeyKind(totals.kind)?.name ?? null })),
    discounts: {
      total: discounts.total,
      rows: discounts.rows.map((row) => ({
        ...row,
        journey: journeyKind(row.journey)?.name ?? row.journey,
        step: stepName(names.get(row.journey), row.step),
      })),
    },
    refused: refused.map(({ status, count }) => ({ status, count })),
    setup: { isEmbedOn: row.embedSeenAt !== null, hasTestPush: tests.rows.length > 0 },
    links: { ...themeEditorLinks(context), storefront: storefrontUrl(context) },
    devices: devices.rows.map(({ id, browser, os, deviceType, createdAt, page }) => ({
      id,
      browser,
      os,
      deviceType,
      createdAt,
      page,
    })),
  });
}

const testPushSchema = z.object({ intent: z.literal("test-push"), subscriptionId: z.string().min(1).max(64) });

export async function action({ request }: ActionFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const parsed = testPushSchema.safeParse(Object.fromEntries(await request.formData()));
  if (!parsed.success) return json({ ok: false, message: "Choose a device first." }, { status: 400 });

  const id = await sendTestPush(store, clock, {
    shop,
    subscriptionId: parsed.data.subscriptionId,
    shopName: row.name,
  });
  if (!id) return json({ ok: false, message: "This device is no longer subscribed." }, { status: 404 });
  return json({ ok: true, message: "Sent. It should appear within seconds." });
}

export default function Home() {
  const data = useLoaderData<typeof loader>();
  const [, setQuery] = useSearchParams();
  const [chosen, setChosen] = useState<StatId>("revenue");
  const [showsSetup, setShowsSetup] = useState(false);
  const fetcher = useFetcher<typeof action>();
  const { summary, setup, links } = data;
  // Shopify knows what the theme says now; the storefront's own requests only that it was on once.
  const isEmbedOn = useEmbedState() ?? setup.isEmbedOn;

  const steps = [
    {
      id: "embed",
      title: "Turn Beckon on in your theme",
      isDone: isEmbedOn,
      text: isEmbedOn
        ? "Your storefront loads Beckon."
        : "The link opens the theme editor with Beckon’s embed switched on: press Save there.",
      link: { label: isEmbedOn ? "Open the theme editor" : "Turn on the embed", url: links.embed },
    },
    {
      id: "test-push",
      title: "Send yourself a test push",
      isDone: setup.hasTestPush,
      text: "Open your shop in your own browser, accept the prompt, come back here and choose your device.",
      link: { label: "Open your shop", url: links.storefront },
      extra: (
        <TestPush
          devices={data.devices}
          now={data.now}
          isSending={fetcher.state !== "idle"}
          result={fetcher.data ?? null}
          onSend={(subscriptionId) => {
            setShowsSetup(true); // it is done by this: the answer is to stay in sight
            fetcher.submit({ intent: "test-push", subscriptionId }, { method: "post" });
          }}
        />
      ),
    },
    {
      id: "stock-alert",
      title: "Offer “Tell me when it is back” on product pages",
      isDone: false,
      isOptional: true,
      text: "Optional. Adds a button below sold-out products; whoever taps it has asked to be told.",
      link: { label: "Add the block", url: links.stockAlert },
    },
  ];
  const isSetUp = isEmbedOn && setup.hasTestPush;

  return (
    <AdminPage
      title="Home"
      {...(isSetUp
        ? {
            secondary: [
              { label: showsSetup ? "Hide set-up" : "Set-up and test push", onClick: () => setShowsSetup(!showsSetup) },
            ],
          }
        : {})}
    >
      {data.refused.map(({ status, count }) => {
        const { meaning, whatToDo } = refusalInWords(status);
        return (
          <Notice
            key={status}
            tone="critical"
            title={`${formatNumber(count)} ${count === 1 ? "push was" : "pushes were"} refused in the last 7 days`}
            action={{ label: "See which", url: "/app/log?state=failed" }}
          >
            <p>
              {meaning} {whatToDo}
            </p>
          </Notice>
        );
      })}

      {(!isSetUp || showsSetup) && (
        <Panel
          title={isSetUp ? "Set-up" : "Two steps to your first message"}
          {...(isSetUp
            ? {}
            : { description: "The journeys that bring shoppers back are already on, with safe settings." })}
        >
          <Checklist steps={steps} />
        </Panel>
      )}

      <Inset>
        <PeriodPicker
          period={data.period}
          days={data.days}
          onPick={(picked) =>
            setQuery("days" in picked ? { days: String(picked.days) } : { from: picked.from, to: picked.to }, {
              preventScrollReset: true,
            })
          }
        />
      </Inset>
      <Inset>
        <StatTiles
          stats={statsOf(summary, data.previous, data.currency)}
          chosen={chosen}
          onChoose={(id) => setChosen(asStat(id))}
        />
      </Inset>
      <Panel title={CHART_TITLES[chosen]}>
        <LineChart
          title={CHART_TITLES[chosen]}
          points={data.daily.map((day) => pointOf(chosen, day, data.currency))}
          format={(value) =>
            chosen === "revenue" ? formatMoney({ currency: data.currency, amount: value }) : formatNumber(value)
          }
        />
      </Panel>
      <Panel title="Journeys in this period" flush>
        <JourneyTable journeys={data.journeys} currency={data.currency} />
      </Panel>
      <DiscountPanel {...data.discounts} currency={data.currency} />
    </AdminPage>
  );
}

type StatId = "subscribers" | "sent" | "shown" | "clicked" | "orders" | "revenue";

const CHART_TITLES: Record<StatId, string> = {
  subscribers: "New subscribers by day",
  sent: "Messages sent by day",
  shown: "Messages shown, by day of sending",
  clicked: "Messages clicked, by day of sending",
  orders: "Orders brought back by day",
  revenue: "Revenue by day",
};

function asStat(id: string): StatId {
  return id in CHART_TITLES ? (id as StatId) : "revenue";
}

function statsOf(summary: Summary, previous: Summary, currency: string): Stat[] {
  const { subscribers, subscribersGained, subscribersLost, sent, accepted, shown, clicked, orders } = summary;
  return [
    {
      id: "subscribers",
      label: "Subscribers",
      value: formatNumber(subscribers),
      note: `+${formatNumber(subscribersGained)} new, −${formatNumber(subscribersLost)} lost`,
    },
    { id: "sent", label: "Sent", value: formatNumber(sent), note: `${formatNumber(accepted)} accepted` },
    { id: "shown", label: "Shown", value: formatNumber(shown), note: `${formatShare(shown, sent)} of sent` },
    { id: "clicked", label: "Clicked", value: formatNumber(clicked), note: `${formatShare(clicked, shown)} of shown` },
    {
      id: "orders",
      label: "Orders",
      value: formatNumber(orders),
      note: `${formatNumber(previous.orders)} the period before`,
    },
    {
      id: "revenue",
      label: "Revenue",
      value: formatMoneys(summary.revenue, currency),
      note: `${formatMoneys(summary.discountCost, currency)} in discounts`,
    },
  ];
}

function pointOf(stat: StatId, day: DayTotals, currency: string) {
  const label = formatDay(day.date);
  if (stat === "revenue") {
    // Other currencies than the shop's (it changed once) are in the table and the API; a line has one scale.
    const amount = day.revenue.find((sum) => sum.currency === currency)?.amount ?? 0;
    return { label, value: amount, text: formatMoney({ currency, amount }) };
  }
  const value = stat === "subscribers" ? day.gained : day[stat];
  return { label, value, text: formatNumber(value) };
}

function periodOf(query: URLSearchParams, timezone: string, now: Date): { period: Period; days: number | null } {
  const asked = { from: query.get("from"), to: query.get("to") };
  const own = asked.from ? parsePeriod(asked, timezone, now) : null;
  if (own && "period" in own) return { period: own.period, days: null };

  const days = LENGTHS.find((length) => String(length) === query.get("days")) ?? 30;
  const today = parsePeriod({}, timezone, now);
  if ("problems" in today) throw new Error("The default period must be valid");
  const first = new Date(`${today.period.to}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - days + 1);
  const period = parsePeriod({ from: first.toISOString().slice(0, 10), to: today.period.to }, timezone, now);
  return { period: "period" in period ? period.period : today.period, days };
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
