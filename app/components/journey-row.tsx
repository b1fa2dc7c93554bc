import { InlineStack, Link, Text } from "@shopify/polaris";
import type { Money } from "../reports/report-store.ts";
import { formatMoneys, formatNumber, formatShare } from "./format.ts";
import { Switch } from "./switch.tsx";

type JourneyRowData = {
  kind: string;
  enabled: boolean;
  name: string;
  description: string;
  messages: number;
  sent: number;
  shown: number;
  clicked: number;
  orders: number;
  revenue: Money[];
  /** `place`: "waiting for message 2". */
  underWay: { place: string; active: number; suspended: number }[];
};

/** One journey of the list: what it does, its switch, who is under way, what it brought. */
export function JourneyRow({
  journey,
  currency,
  onSwitch,
}: {
  journey: JourneyRowData;
  currency: string;
  onSwitch: (enabled: boolean) => void;
}) {
  const { kind, enabled, name, description, sent, shown, clicked, orders, revenue, underWay } = journey;
  const numbers: [string, string][] = [
    ["Sent", formatNumber(sent)],
    ["Clicked", clicked === 0 ? "0" : `${formatNumber(clicked)} (${formatShare(clicked, shown)})`],
    ["Orders", formatNumber(orders)],
    ["Revenue", formatMoneys(revenue, currency)],
  ];
  // One that was never on is told of, not counted: there are many, and the list is to be taken in at a glance.
  const isCounted = enabled || sent > 0 || orders > 0 || underWay.length > 0;

  return (
    <div className="bk-journey" data-beckon-journey={kind}>
      <div className="bk-journey-head">
        <div>
          <Text as="h3" variant="headingSm">
            <Link url={`/app/journeys/${kind}`} monochrome removeUnderline>
              {name}
            </Link>
          </Text>
          <Text as="p" tone="subdued">
            {description}
          </Text>
        </div>
        <InlineStack gap="300" blockAlign="center" wrap={false}>
          <Link url={`/app/journeys/${kind}`} accessibilityLabel={`Edit ${name}`} removeUnderline>
            Edit
          </Link>
          <Switch label={name} isOn={enabled} onChange={onSwitch} />
        </InlineStack>
      </div>
      {isCounted && (
        <>
          <dl className="bk-journey-numbers">
            {numbers.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <Text as="p" variant="bodySm" tone="subdued">
            {underWayInWords(underWay)}
          </Text>
        </>
      )}
    </div>
  );
}

function underWayInWords(runs: JourneyRowData["underWay"]): string {
  const active = runs.reduce((sum, run) => sum + run.active, 0);
  if (active === 0) return "Nobody is under way.";

  const people = active === 1 ? "1 person is under way" : `${formatNumber(active)} people are under way`;
  const places = runs.map((run) => `${formatNumber(run.active)} ${run.place}`);
  const suspended = runs.reduce((sum, run) => sum + run.suspended, 0);
  const paused = suspended > 0 ? `; ${formatNumber(suspended)} in the checkout right now` : "";
  return `${people}: ${places.join(", ")}${paused}.`;
}
