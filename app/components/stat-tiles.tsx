import { Text } from "@shopify/polaris";

export type Stat = { id: string; label: string; value: string; note?: string; previous?: string };

/** Numbers to choose from: the chosen one is drawn below. */
export function StatTiles({
  stats,
  chosen,
  onChoose,
}: {
  stats: Stat[];
  chosen: string;
  onChoose: (id: string) => void;
}) {
  return (
    <div className="bk-stats" role="group" aria-label="Numbers of the period">
      {stats.map((stat) => (
        <button
          key={stat.id}
          type="button"
          className="bk-stat"
          aria-pressed={stat.id === chosen}
          data-beckon-stat={stat.id}
          onClick={() => onChoose(stat.id)}
        >
          <Text as="span" variant="bodySm" tone="subdued">
            {stat.label}
          </Text>
          <span className="bk-stat-value">{stat.value}</span>
          <Text as="span" variant="bodySm" tone="subdued">
            {stat.note ?? "\u00a0"}
          </Text>
        </button>
      ))}
    </div>
  );
}
