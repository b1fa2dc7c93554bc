import { json } from "@remix-run/node";
import type { HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData, useSearchParams } from "@remix-run/react";
import { adminContext, adminHeaders } from "../admin-request.server.ts";
import { AdminPage, NothingHere, Panel } from "../components/admin-page.tsx";
import { KeysetPager } from "../components/keyset-pager.tsx";
import { LogFilters } from "../components/log-filters.tsx";
import { LogList } from "../components/log-list.tsx";
import { stepNames } from "../components/step-names.ts";
import { listJourneys } from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { LOG_STATES } from "../reports/report-store.ts";
import type { LogFilter } from "../reports/report-store.ts";

const PAGE_SIZE = 50;

export async function loader({ request }: LoaderFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const query = new URL(request.url).searchParams;
  const filter = filterOf(query);
  const before = Number(query.get("before"));
  const [page, journeys] = await Promise.all([
    store.reports.pushLog(shop, filter, Number.isSafeInteger(before) && before > 0 ? before : null, PAGE_SIZE),
    listJourneys(store, shop),
  ]);

  return json({
    shopName: row.name,
    host: row.primaryDomain ?? shop,
    timezone: row.timezone,
    now: clock.now().toISOString(),
    filter,
    isFirstPage: !query.has("before"),
    entries: page.rows,
    next: page.next,
    journeys: journeys.map(({ kind }) => ({ kind, name: journeyKind(kind)?.name ?? kind })),
    stepsOf: Object.fromEntries(journeys.map(({ kind, definition }) => [kind, stepNames(definition)])),
  });
}

function filterOf(query: URLSearchParams): LogFilter {
  const state = LOG_STATES.find((known) => known === query.get("state"));
  const journey = query.get("journey")?.slice(0, 60);
  const visitorId = query.get("visitor")?.trim().slice(0, 64);
  return { ...(state ? { state } : {}), ...(journey ? { journey } : {}), ...(visitorId ? { visitorId } : {}) };
}

export default function PushLog() {
  const { entries, next, filter, isFirstPage, journeys, timezone, shopName, host, stepsOf } =
    useLoaderData<typeof loader>();
  const [query, setQuery] = useSearchParams();
  const isFiltered = Object.keys(filter).length > 0;

  function show(changes: Record<string, string>) {
    const changed = new URLSearchParams(query);
    changed.delete("before");
    for (const [name, value] of Object.entries(changes)) {
      if (value === "") changed.delete(name);
      else changed.set(name, value);
    }
    setQuery(changed);
  }

  return (
    <AdminPage title="Push log" subtitle="Every message: who, when, why, and what became of it. Those held back too.">
      <Panel flush>
        <LogFilters filter={filter} journeys={journeys} onChange={show} />
        {entries.length > 0 ? (
          <LogList
            key={query.toString()}
            entries={entries}
            timezone={timezone}
            shopName={shopName}
            host={host}
            stepsOf={stepsOf}
            journeyNames={Object.fromEntries(journeys.map(({ kind, name }) => [kind, name]))}
          />
        ) : next !== null ? (
          <NothingHere
            title="Nothing in the newest entries"
            action={{ label: "Look further back", onClick: () => show({ before: String(next) }) }}
          >
            The log is long. What you look for may be older.
          </NothingHere>
        ) : isFiltered || !isFirstPage ? (
          <NothingHere title="No such messages" action={{ label: "Show all", url: "/app/log" }}>
            Nothing fits these filters.
          </NothingHere>
        ) : (
          <NothingHere title="No messages yet" action={{ label: "Send yourself a test push", url: "/app" }}>
            As soon as a shopper is due a message, it appears here, with the reason when it was held back.
          </NothingHere>
        )}
        <KeysetPager
          isFirstPage={isFirstPage}
          hasNext={next !== null && entries.length > 0}
          onFirst={() => show({})}
          onNext={() => show({ before: String(next) })}
        />
      </Panel>
    </AdminPage>
  );
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
