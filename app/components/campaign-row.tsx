import { Badge, Button, InlineStack, Text } from "@shopify/polaris";
import { ConfirmedButton } from "./confirmed-button.tsx";
import { formatNumber, formatShare, formatTime } from "./format.ts";

export type CampaignRowData = {
  id: string;
  title: string;
  body: string;
  lang: string;
  dir: "ltr" | "rtl";
  audience: string;
  state: "scheduled" | "sending" | "paused" | "stopped" | "done";
  dueAt: string;
  /** People decided on, and how many there are about. */
  decided: number;
  audienceSize: number;
  counts: {
    queued: number;
    sent: number;
    accepted: number;
    failed: number;
    expired: number;
    dropped: number;
    shown: number;
    clicked: number;
  };
};

const STATES = {
  scheduled: { label: "Scheduled", tone: "info" },
  sending: { label: "Sending", tone: "attention" },
  paused: { label: "Paused", tone: "warning" },
  stopped: { label: "Stopped", tone: undefined },
  done: { label: "Sent", tone: "success" },
} as const;

/** One campaign of the list: what it said, to whom, how far it is, what came of it, and what can be done to it. */
export function CampaignRow({
  campaign,
  timezone,
  isBusy,
  onChange,
}: {
  campaign: CampaignRowData;
  timezone: string;
  isBusy: boolean;
  onChange: (verb: "pause" | "resume" | "stop") => void;
}) {
  const { id, title, body, lang, dir, audience, state, dueAt, counts } = campaign;
  const { label, tone } = STATES[state];
  const isOpen = state === "scheduled" || state === "sending" || state === "paused";
  const numbers: [string, string][] = [
    ["Waiting", formatNumber(counts.queued)],
    ["Sent", formatNumber(counts.sent)],
    ["Shown", formatNumber(counts.shown)],
    [
      "Clicked",
      counts.clicked === 0 ? "0" : `${formatNumber(counts.clicked)} (${formatShare(counts.clicked, counts.shown)})`,
    ],
    ["Failed", formatNumber(counts.failed + counts.expired)],
    ["Not sent", formatNumber(counts.dropped)],
  ];

  return (
    <div className="bk-journey" data-beckon-campaign={id} data-state={state}>
      <div className="bk-journey-head">
        <div lang={lang} dir={dir}>
          <Text as="h2" variant="headingSm" breakWord>
            {title}
          </Text>
          <Text as="p" tone="subdued" breakWord>
            {body}
          </Text>
        </div>
        {tone ? <Badge tone={tone}>{label}</Badge> : <Badge>{label}</Badge>}
      </div>
      <Text as="p" variant="bodySm" tone="subdued">
        {`${audience} · ${formatTime(dueAt, timezone)}`}
      </Text>
      {(state === "sending" || state === "paused") && <Progress campaign={campaign} />}
      {state !== "scheduled" && (
        <dl className="bk-journey-numbers bk-campaign-numbers">
          {numbers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {isOpen && (
        <InlineStack gap="200">
          {state === "paused" ? (
            <Button loading={isBusy} onClick={() => onChange("resume")} accessibilityLabel={`Resume ${title}`}>
              Resume
            </Button>
          ) : (
            <Button loading={isBusy} onClick={() => onChange("pause")} accessibilityLabel={`Pause ${title}`}>
              Pause
            </Button>
          )}
          <ConfirmedButton
            label="Stop"
            confirmation="Stop for good"
            isBusy={isBusy}
            onConfirm={() => onChange("stop")}
          />
        </InlineStack>
      )}
    </div>
  );
}

function Progress({ campaign: { decided, audienceSize, title } }: { campaign: CampaignRowData }) {
  // The estimate counts browsers; the last people are never quite as many.
  const whole = Math.max(audienceSize, decided, 1);
  const percent = Math.round((decided / whole) * 100);
  return (
    <div
      className="bk-progress"
      role="progressbar"
      aria-label={`Progress of ${title}`}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
