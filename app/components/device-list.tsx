import { Badge, BlockStack, InlineStack, Text } from "@shopify/polaris";
import { Facts } from "./admin-page.tsx";
import { formatAgo, formatTime } from "./format.ts";
import { deviceInWords, endedInWords, journeyName, optInInWords, refusalInWords } from "./plain-words.ts";

export type ListedDevice = {
  subscriptionId: string;
  state: "active" | "ended";
  endedAt: string | null;
  endedCause: string | null;
  browser: string | null;
  os: string | null;
  deviceType: string | null;
  pushService: string;
  promptVariant: string | null;
  page: string | null;
  consentMarketing: boolean;
  consentText: string | null;
  consentAt: string | null;
  pausedUntil: string | null;
  mutedKinds: string[];
  createdAt: string;
  lastSeenAt: string;
  failures: number;
  lastFailure: string | null;
};

/** A person's subscriptions: which can be reached, since when, by which opt-in. */
export function DeviceList({ devices, timezone, now }: { devices: ListedDevice[]; timezone: string; now: string }) {
  if (devices.length === 0) {
    return (
      <Text as="p" tone="subdued">
        No device has subscribed: nothing can be sent.
      </Text>
    );
  }
  return (
    <BlockStack gap="500">
      {devices.map((device) => (
        <BlockStack gap="200" key={device.subscriptionId}>
          <InlineStack gap="200" blockAlign="center">
            <Text as="h3" variant="headingSm">
              {deviceInWords(device)}
            </Text>
            {device.state === "active" ? <Badge tone="success">Active</Badge> : <Badge>Ended</Badge>}
          </InlineStack>
          <Facts facts={factsOf(device, timezone, now)} />
        </BlockStack>
      ))}
    </BlockStack>
  );
}

function factsOf(device: ListedDevice, timezone: string, now: string): [string, string | null][] {
  const time = (instant: string | null) => (instant ? formatTime(instant, timezone) : null);
  const marketing = device.consentMarketing ? "Marketing and what they asked for" : "Only what they asked for";
  return [
    ["Subscribed", time(device.createdAt)],
    ["Through", device.promptVariant && optInInWords(device.promptVariant)],
    ["On page", device.page],
    ["Agreed to", marketing],
    ["Wording", device.consentText],
    ["Agreed at", time(device.consentAt)],
    ["Last seen", formatAgo(device.lastSeenAt, now)],
    ["Paused until", time(device.pausedUntil)],
    ["Switched off", device.mutedKinds.map(journeyName).join(", ")],
    [
      "Ended",
      device.endedAt && `${time(device.endedAt)}: ${endedInWords(device.endedCause ?? "unknown").toLowerCase()}`,
    ],
    ["Last refusal", device.failures > 0 ? refusalOf(device.lastFailure) : null],
    ["Push service", device.pushService],
  ];
}

/** What was stored of a refusal starts with the push service's answer: "403 …". */
function refusalOf(failure: string | null): string {
  const status = Number(/\d{3}/.exec(failure ?? "")?.[0]);
  return Number.isNaN(status) ? (failure ?? "Refused") : refusalInWords(status).meaning;
}
