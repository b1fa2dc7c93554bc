import { json, redirect } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData, useSearchParams } from "@remix-run/react";
import { adminContext, adminHeaders, notFound } from "../admin-request.server.ts";
import { AdminPage, Facts, NothingHere, Panel } from "../components/admin-page.tsx";
import { ConfirmedButton } from "../components/confirmed-button.tsx";
import { DeviceList } from "../components/device-list.tsx";
import { countryName, formatAgo, formatMoney, formatTime, languageName } from "../components/format.ts";
import { InnerLink } from "../components/inner-link.tsx";
import { KeysetPager } from "../components/keyset-pager.tsx";
import { LogList } from "../components/log-list.tsx";
import { journeyName, sourceInWords } from "../components/plain-words.ts";
import { stepName, stepNames } from "../components/step-names.ts";
import { listJourneys } from "../journeys/journeys.server.ts";
import { JOURNEY_KINDS } from "../journeys/kinds/registry.server.ts";

const PAGE_SIZE = 50;

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const visitorId = params.visitorId ?? "";
  const before = Number(new URL(request.url).searchParams.get("before"));
  const [person, log, journeys] = await Promise.all([
    store.reports.person(shop, visitorId),
    store.reports.pushLog(shop, { visitorId }, Number.isSafeInteger(before) && before > 0 ? before : null, PAGE_SIZE),
    listJourneys(store, shop),
  ]);
  if (!person) throw notFound("This shop knows no such visitor. Their data may have been deleted.");

  return json({
    person,
    entries: log.rows,
    next: log.next,
    isFirstPage: before <= 0 || Number.isNaN(before),
    shopName: row.name,
    host: row.primaryDomain ?? shop,
    timezone: row.timezone,
    now: clock.now().toISOString(),
    journeyNames: Object.fromEntries(JOURNEY_KINDS.map(({ kind, name }) => [kind, name])),
    stepsOf: Object.fromEntries(journeys.map(({ kind, definition }) => [kind, stepNames(definition)])),
  });
}

/** Deletes everything that is kept of this visitor. The totals of the reports stay. */
export async function action({ request, params }: ActionFunctionArgs) {
  const { store, shop, log } = await adminContext(request);
  const visitorId = params.visitorId ?? "";
  const intent = (await request.formData()).get("intent");
  if (intent !== "forget") return json({ ok: false }, { status: 400 });

  const person = await store.reports.person(shop, visitorId);
  if (!person) throw notFound("This shop knows no such visitor. Their data may have been deleted.");
  await store.privacy.forgetVisitor(shop, visitorId);
  log.info({ shop }, "a visitor's data was deleted by the merchant");
  return redirect("/app/log");
}

export default function Person() {
  const { person, entries, next, isFirstPage, shopName, host, timezone, now, journeyNames, stepsOf } =
    useLoaderData<typeof loader>();
  const [, setQuery] = useSearchParams();
  const forgetting = useFetcher<typeof action>();
  const nameOf = (kind: string) => journeyNames[kind] ?? journeyName(kind);

  return (
    <AdminPage
      title={person.firstName ?? "Anonymous visitor"}
      subtitle={`Visitor ${person.visitorId}`}
      back={{ label: "Push log", url: "/app/log" }}
    >
      <Panel title="Who">
        <Facts
          facts={[
            ["Customer", person.customerId],
            ["First seen", formatTime(person.firstSeenAt, timezone)],
            ["Last sign of life", formatAgo(person.lastSignalAt, now)],
            ["Language", person.locale && languageName(person.locale)],
            ["Place", [person.city, person.country && countryName(person.country)].filter(Boolean).join(", ")],
            [
              "Came from",
              person.firstSource &&
                [sourceInWords(person.firstSource.class), person.firstSource.referrerHost].filter(Boolean).join(": "),
            ],
            ["Tags", person.tags.join(", ")],
            ["Consent withdrawn", person.consentWithdrawnAt && formatTime(person.consentWithdrawnAt, timezone)],
            [
              "Also browses as",
              person.otherVisitorIds.length > 0
                ? person.otherVisitorIds.map((id) => <OtherVisitor key={id} id={id} />)
                : null,
            ],
            [
              "Under way in",
              person.activeRuns
                .map((run) => {
                  const due = run.dueAt ? `, due ${formatTime(run.dueAt, timezone)}` : ", held while they check out";
                  return `${nameOf(run.journey)} (${stepName(stepsOf[run.journey], run.step)}${due})`;
                })
                .join("; "),
            ],
          ]}
        />
      </Panel>

      <Panel title="Devices">
        <DeviceList devices={person.devices} timezone={timezone} now={now} />
      </Panel>

      {person.creditedOrders.length > 0 && (
        <Panel title="Orders brought back">
          <Facts
            facts={person.creditedOrders.map((order) => [
              order.name,
              `${formatMoney({ currency: order.currency, amount: order.amount - order.refunded })} by ${nameOf(order.kind)}, ${formatTime(order.orderedAt, timezone)}${order.cancelledAt ? " (cancelled: not counted)" : ""}`,
            ])}
          />
        </Panel>
      )}

      <Panel title="Why they got it, or did not" description="Every decision about this visitor, newest first." flush>
        {entries.length > 0 ? (
          <LogList
            entries={entries}
            timezone={timezone}
            shopName={shopName}
            host={host}
            stepsOf={stepsOf}
            journeyNames={journeyNames}
            hidesPerson
          />
        ) : (
          <NothingHere title="No decisions yet">No journey has had a reason to write to this visitor.</NothingHere>
        )}
        <KeysetPager
          isFirstPage={isFirstPage}
          hasNext={next !== null}
          onFirst={() => setQuery({})}
          onNext={() => setQuery({ before: String(next) })}
        />
      </Panel>

      <Panel
        title="Delete their data"
        description="Their subscription, history and waiting messages, for good. Numbers in the reports stay. It cannot be undone."
      >
        <ConfirmedButton
          label="Delete this visitor’s data"
          confirmation="Delete for good"
          isBusy={forgetting.state !== "idle"}
          onConfirm={() => forgetting.submit({ intent: "forget" }, { method: "post" })}
        />
      </Panel>
    </AdminPage>
  );
}

function OtherVisitor({ id }: { id: string }) {
  return (
    <div>
      <InnerLink to={`/app/person/${encodeURIComponent(id)}`}>{id}</InnerLink>
    </div>
  );
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
