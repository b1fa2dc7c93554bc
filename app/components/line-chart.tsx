import { Text } from "@shopify/polaris";
import { useState } from "react";
import type { PointerEvent } from "react";

export type ChartPoint = { label: string; value: number; text: string };

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 4;
const RIGHT = 4;
const TOP = 14;
const BOTTOM = 24;

/** One series over days. `text` of a point is its value written out, for the tip and for screen readers. */
export function LineChart({
  points,
  title,
  format,
}: {
  points: ChartPoint[];
  title: string;
  /** Writes the value of the topmost line. */
  format: (value: number) => string;
}) {
  const [active, setActive] = useState<number | null>(null);
  const most = Math.max(...points.map((point) => point.value), 0);
  if (most === 0) {
    return (
      <Text as="p" tone="subdued">
        Nothing in this period.
      </Text>
    );
  }
  const top = niceCeiling(most);
  const x = (index: number) =>
    points.length < 2 ? WIDTH / 2 : LEFT + (index * (WIDTH - LEFT - RIGHT)) / (points.length - 1);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const line = points.map(
    (point, index) => `${index === 0 ? "M" : "L"}${x(index).toFixed(1)},${y(point.value).toFixed(1)}`,
  );
  const area = `${line.join("")}L${x(points.length - 1).toFixed(1)},${y(0)}L${x(0).toFixed(1)},${y(0)}Z`;
  const shown = active === null ? undefined : points[active];

  function follow(event: PointerEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    setActive(Math.min(points.length - 1, Math.max(0, Math.round(share * (points.length - 1)))));
  }

  return (
    <figure className="bk-chart" style={{ margin: 0 }}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${points.map((point) => `${point.label} ${point.text}`).join(", ")}`}
        onPointerMove={follow}
        onPointerLeave={() => setActive(null)}
      >
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            x1={0}
            x2={WIDTH}
            y1={y(top * share)}
            y2={y(top * share)}
            stroke="var(--p-color-border-secondary)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {points.length > 1 && <path d={area} fill="var(--p-color-bg-fill-info-secondary)" opacity="0.45" />}
        {points.length > 1 && (
          <path
            d={line.join("")}
            fill="none"
            stroke="var(--p-color-border-emphasis)"
            strokeWidth="2"
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        )}
        {active !== null && (
          <line
            x1={x(active)}
            x2={x(active)}
            y1={TOP}
            y2={y(0)}
            stroke="var(--p-color-border-emphasis)"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <span className="bk-chart-top" aria-hidden>
        {format(top)}
      </span>
      {/* Words outside the drawing: it is stretched to the card's width, letters must not be. */}
      <div
        aria-hidden
        style={{
          display: "flex",
          justifyContent: "space-between",
          fontSize: "var(--p-font-size-300)",
          color: "var(--p-color-text-secondary)",
        }}
      >
        <span>{points[0]?.label}</span>
        {points.length > 2 && <span>{points[Math.floor((points.length - 1) / 2)]?.label}</span>}
        {points.length > 1 && <span>{points.at(-1)?.label}</span>}
      </div>
      {shown && active !== null && (
        <div className="bk-chart-tip" style={{ insetInlineStart: `${clamp((x(active) / WIDTH) * 100, 12, 88)}%` }}>
          {shown.label}: {shown.text}
        </div>
      )}
    </figure>
  );
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
