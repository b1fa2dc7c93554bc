import { Badge, BlockStack, InlineStack, Text } from "@shopify/polaris";
import type { VersionRuns } from "../journeys/run-places.ts";
import { Panel } from "./admin-page.tsx";
import { CountLine } from "./count-line.tsx";
import { reasonInWords } from "./plain-words.ts";
import { stepName } from "./step-names.ts";
import type { StepNames } from "./step-names.ts";

/** Reasons beyond the most frequent are few people each. */
const MOST_REASONS = 6;

/** How many shoppers are where in a journey, by version. `names`: of the steps of the current version. */
export function RunPlaces({
  versions,
  current,
  names,
}: {
  versions: VersionRuns[];
  current: number;
  names: StepNames;
}) {
  return (
    <Panel title="Who is where">
      {versions.length === 0 && (
        <Text as="p" tone="subdued">
          Nobody has begun this journey yet.
        </Text>
      )}
      {versions.map(({ version, underWay, finished, ended }) => (
        <section key={version} data-beckon-version={version}>
          <BlockStack gap="200">
            <InlineStack gap="200" blockAlign="center">
              <Text as="h3" variant="headingSm">
                {`Version ${version}`}
              </Text>
              {version === current && <Badge tone="info">Now</Badge>}
            </InlineStack>
            {underWay.map(({ step, title, count }) => (
              <CountLine key={step} label={placeOf(step, title, version === current ? names : {})} count={count} />
            ))}
            <CountLine label="Went through to the end" count={finished} />
            {ended.slice(0, MOST_REASONS).map(({ reason, count }) => (
              <CountLine key={reason} label={`Left early: ${reasonInWords(reason, true)}`} count={count} />
            ))}
            {ended.length > MOST_REASONS && (
              <CountLine
                label="Left early for another reason"
                count={ended.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0)}
              />
            )}
          </BlockStack>
        </section>
      ))}
    </Panel>
  );
}

/** "Next: message 2, “Still yours”"; of an older version, whose steps may have been others, what is known of it. */
function placeOf(step: string, title: string | null, names: StepNames): string {
  const name = stepName(names, step);
  if (title === null) return name.charAt(0).toUpperCase() + name.slice(1);
  return names[step] === undefined ? `Next: “${title}”` : `Next: ${name}, “${title}”`;
}
