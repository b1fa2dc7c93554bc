import { Badge } from "@shopify/polaris";
import type { LogState } from "../reports/report-store.ts";
import { LOG_STATE_WORDS } from "./plain-words.ts";

export function StateBadge({ state }: { state: LogState }) {
  const { label, tone } = LOG_STATE_WORDS[state];
  return tone === "neutral" ? <Badge>{label}</Badge> : <Badge tone={tone}>{label}</Badge>;
}

export function OnOffBadge({ isOn }: { isOn: boolean }) {
  return isOn ? <Badge tone="success">On</Badge> : <Badge>Off</Badge>;
}
