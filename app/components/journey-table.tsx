import { Link, Text } from "@shopify/polaris";
import type { JourneyTotals } from "../reports/report-store.ts";
import { formatMoneys, formatNumber, formatShare } from "./format.ts";
import { journeyName } from "./plain-words.ts";

/** What each journey did in a period. `name` null: a kind that is no journey, such as messages sent by hand. */
export function JourneyTable({
  journeys,
  currency,
}: {
  journeys: (JourneyTotals & { name: string | null })[];
  currency: string;
}) {
  if (journeys.length === 0) {
    return (
      <div style={{ padding: "0 var(--p-space-400) var(--p-space-400)" }}>
        <Text as="p" tone="subdued">
          Nothing was sent in this period.
        </Text>
      </div>
    );
  }
  return (
    <div className="bk-table-wrap" style={{ padding: "0 var(--p-space-200) var(--p-space-200)" }}>
      <table className="bk-table">
        <thead>
          <tr>
            <th scope="col">Journey</th>
            <th scope="col">Sent</th>
            <th scope="col" className="bk-only-roomy">
              Shown
            </th>
            <th scope="col" className="bk-only-roomy">
              Clicked
            </th>
            <th scope="col">Click rate</th>
            <th scope="col">Orders</th>
            <th scope="col">Revenue</th>
          </tr>
        </thead>
        <tbody>
          {journeys.map((journey) => (
            <tr key={journey.kind}>
              <td>
                {journey.name ? (
                  <Link url={`/app/journeys/${journey.kind}`} removeUnderline>
                    {journey.name}
                  </Link>
                ) : (
                  journeyName(journey.kind)
                )}
              </td>
              <td>{formatNumber(journey.sent)}</td>
              <td className="bk-only-roomy">{formatNumber(journey.shown)}</td>
              <td className="bk-only-roomy">{formatNumber(journey.clicked)}</td>
              <td>{formatShare(journey.clicked, journey.shown)}</td>
              <td>{formatNumber(journey.orders)}</td>
              <td>{formatMoneys(journey.revenue, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
