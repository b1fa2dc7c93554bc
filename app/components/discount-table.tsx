import { Text } from "@shopify/polaris";
import type { Offer } from "../composer/discount-offers.ts";
import type { Money } from "../reports/report-store.ts";
import { Panel } from "./admin-page.tsx";
import { formatMoney, formatMoneys, formatNumber } from "./format.ts";
import { sentence } from "./plain-words.ts";

type GivenRow = {
  journey: string;
  /** "message 2". */
  step: string;
  /** Null: terms of another version. */
  terms: Offer | null;
  given: number;
  used: number;
  cost: Money[];
};

export type DiscountTableProps = {
  /** The most given first. */
  rows: GivenRow[];
  /** Of all rows, those not shown included. */
  total: { rows: number; made: number; given: number; used: number; cost: Money[] };
  currency: string;
};

/** What discount codes a period's messages gave, and what they cost. Nothing where codes play no part. */
export function DiscountPanel({ rows, total, currency }: DiscountTableProps) {
  if (total.made === 0 && total.given === 0) return null;
  const costs = formatMoneys(total.cost, currency);
  return (
    <Panel
      title="Discount codes in this period"
      description={`${formatNumber(total.made)} made ahead of need, ${formatNumber(total.given)} sent to shoppers, ${formatNumber(total.used)} of these used; they took ${costs} off orders.`}
      flush
    >
      {rows.length > 0 && (
        <div className="bk-table-wrap" style={{ padding: "0 var(--p-space-200) var(--p-space-200)" }}>
          <table className="bk-table" data-beckon-discounts>
            <thead>
              <tr>
                <th scope="col">Message</th>
                <th scope="col">Gives</th>
                <th scope="col">Sent</th>
                <th scope="col">Used</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  <td>{`${row.journey}, ${row.step}`}</td>
                  <td>{row.terms ? termsInWords(row.terms) : "Terms of another version"}</td>
                  <td>{formatNumber(row.given)}</td>
                  <td>{formatNumber(row.used)}</td>
                  <td>{formatMoneys(row.cost, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {total.rows > rows.length && (
            <div style={{ padding: "var(--p-space-200)" }}>
              <Text as="p" tone="subdued">
                {`And ${formatNumber(total.rows - rows.length)} more; the sums above count them, and the REST API lists them.`}
              </Text>
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}

/** "15% off, orders from $50.00, some collections". */
export function termsInWords({ value, minimum, collections }: Offer): string {
  const gives =
    value.type === "percent"
      ? `${value.percent}% off`
      : value.type === "amount"
        ? `${formatMoney(value.amount)} off`
        : sentence(value.type);
  return [
    gives,
    ...(minimum ? [`orders from ${formatMoney(minimum)}`] : []),
    ...(collections.length > 0
      ? [collections.length === 1 ? "one collection" : `${collections.length} collections`]
      : []),
  ].join(", ");
}
