import { BlockStack, Icon, Link, Text } from "@shopify/polaris";
import { ChevronDownIcon } from "@shopify/polaris-icons";
import { useState } from "react";
import type { LogState } from "../reports/report-store.ts";
import { Facts } from "./admin-page.tsx";
import { figuresInWords } from "./figures.ts";
import { formatExactTime, formatTime } from "./format.ts";
import { NotificationCard } from "./notification-preview.tsx";
import type { PreviewMessage } from "./notification-preview.tsx";
import { deviceInWords, journeyName, LOG_STATE_WORDS, reasonInWords, refusalInWords, sentence } from "./plain-words.ts";
import { stepName } from "./step-names.ts";
import type { StepNames } from "./step-names.ts";
import { StateBadge } from "./state-badge.tsx";

/** An entry as a loader hands it over: instants as ISO text. */
export type LogListEntry = {
  id: number;
  at: string;
  visitorId: string;
  journey: string;
  step: string | null;
  state: LogState;
  reason: string;
  values: Record<string, unknown>;
  notification: {
    id: string;
    message: PreviewMessage;
    targetUrl: string;
    discountCode: string | null;
    createdAt: string;
    shownAt: string | null;
    clickedAt: string | null;
    dismissedAt: string | null;
    deliveries: {
      id: string;
      state: string;
      reason: string | null;
      lastStatus: number | null;
      attempts: number;
      sentAt: string | null;
      browser: string | null;
      os: string | null;
      deviceType: string | null;
    }[];
  } | null;
};

type ListProps = {
  entries: LogListEntry[];
  timezone: string;
  shopName: string;
  host: string;
  journeyNames: Record<string, string>;
  stepsOf: Record<string, StepNames>;
  /** On a person's own page the way there is left out. */
  hidesPerson?: boolean;
};

/** The push log. Every line opens to the rendered message, its devices and the figures of the decision. */
export function LogList({ entries, ...rest }: ListProps) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <ol className="bk-log">
      {entries.map((entry) => (
        <li key={entry.id}>
          <LogLine
            entry={entry}
            isOpen={open === entry.id}
            onToggle={() => setOpen(open === entry.id ? null : entry.id)}
            {...rest}
          />
        </li>
      ))}
    </ol>
  );
}

type LineProps = Omit<ListProps, "entries"> & { entry: LogListEntry; isOpen: boolean; onToggle: () => void };

function LogLine({ entry, isOpen, onToggle, timezone, journeyNames, stepsOf, ...rest }: LineProps) {
  const name = journeyNames[entry.journey] ?? journeyName(entry.journey);
  const message = entry.notification?.message;
  const heldBack = entry.state === "dropped" || entry.state === "delayed" ? reasonOf(entry) : null;
  return (
    <>
      <button
        type="button"
        className="bk-log-row"
        aria-expanded={isOpen}
        aria-controls={`entry-${entry.id}`}
        data-beckon-entry={entry.state}
        onClick={onToggle}
      >
        <Text as="span" tone="subdued">
          {formatTime(entry.at, timezone)}
        </Text>
        <span>
          <StateBadge state={entry.state} />
        </span>
        <span className="bk-log-what">
          <Text as="span" variant="bodySm" tone="subdued">
            {[name, placeOf(entry, stepsOf[entry.journey]), rest.hidesPerson ? null : shortened(entry.visitorId)]
              .filter(Boolean)
              .join(" · ")}
          </Text>
          <span className="bk-clip" dir={heldBack ? "ltr" : (message?.dir ?? "ltr")}>
            {heldBack ?? (message ? `${message.title} — ${message.body}` : LOG_STATE_WORDS[entry.state].meaning)}
          </span>
        </span>
        <span className="bk-chevron">
          <Icon source={ChevronDownIcon} tone="subdued" />
        </span>
      </button>
      {isOpen && (
        <div className="bk-log-detail" id={`entry-${entry.id}`}>
          <LogDetail entry={entry} timezone={timezone} {...rest} />
        </div>
      )}
    </>
  );
}

function LogDetail({
  entry,
  timezone,
  shopName,
  host,
  hidesPerson,
}: Omit<LineProps, "isOpen" | "onToggle" | "journeyNames" | "stepsOf">) {
  const { notification } = entry;
  const when = (instant: string | null) => (instant ? formatExactTime(instant, timezone) : null);
  return (
    <div className="bk-log-open">
      <BlockStack gap="400">
        <Text as="p" fontWeight="medium">
          {entry.state === "dropped" || entry.state === "delayed"
            ? reasonOf(entry)
            : LOG_STATE_WORDS[entry.state].meaning}
          .
        </Text>
        <Facts
          facts={[
            [
              "Person",
              hidesPerson ? null : (
                <Link url={`/app/person/${encodeURIComponent(entry.visitorId)}`}>{entry.visitorId}</Link>
              ),
            ],
            ["Decided", when(entry.at)],
            ["Shown", when(notification?.shownAt ?? null)],
            ["Clicked", when(notification?.clickedAt ?? null)],
            ["Dismissed", when(notification?.dismissedAt ?? null)],
            ["Leads to", notification?.targetUrl],
            ["Discount code", notification?.discountCode],
            ...figuresInWords(entry.values, timezone),
          ]}
        />
        {notification?.deliveries.map((delivery) => (
          <BlockStack gap="100" key={delivery.id}>
            <Text as="p" variant="headingSm">
              {deviceInWords(delivery)}
            </Text>
            <Facts
              facts={[
                ["State", deliveryInWords(delivery)],
                ["Sent", when(delivery.sentAt)],
                ["Service answered", delivery.lastStatus],
                ["Tries", delivery.attempts > 1 ? delivery.attempts : null],
              ]}
            />
            {delivery.state === "failed" && delivery.lastStatus !== null && (
              <Text as="p" tone="critical">
                {refusalInWords(delivery.lastStatus).meaning} {refusalInWords(delivery.lastStatus).whatToDo}
              </Text>
            )}
          </BlockStack>
        ))}
      </BlockStack>
      {notification && (
        <NotificationCard platform="android" message={notification.message} shopName={shopName} host={host} />
      )}
    </div>
  );
}

/** Which message of the journey; nothing where there is only one. */
function placeOf({ step }: LogListEntry, names: StepNames | undefined): string | null {
  const place = step === null ? null : stepName(names, step);
  return place === "the message" ? null : place;
}

/** Enough of a visitor's id to tell two lines apart; the whole of it is in the details. */
function shortened(visitorId: string): string {
  return visitorId.length > 13 ? `${visitorId.slice(0, 12)}…` : visitorId;
}

/** A message that was sent and dropped on its last step has the reason at its delivery. */
function reasonOf(entry: LogListEntry): string {
  const late = entry.notification?.deliveries.find((delivery) => delivery.state === "dropped")?.reason;
  return reasonInWords(entry.reason === "due" && late ? late : entry.reason, entry.state === "dropped");
}

function deliveryInWords({ state, reason }: { state: string; reason: string | null }): string {
  const words: Record<string, string> = {
    queued: "Waiting to be sent",
    sending: "Being sent",
    accepted: "Accepted by the push service",
    failed: "Refused",
    expired: "Not reached in time",
    dropped: "Not sent",
    superseded: "Replaced by a newer message",
  };
  const what = words[state] ?? sentence(state);
  return reason && state !== "accepted" ? `${what}: ${reasonInWords(reason, state === "dropped").toLowerCase()}` : what;
}
