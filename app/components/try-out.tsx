import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, ButtonGroup, List, Text } from "@shopify/polaris";
import { useState } from "react";
import type { JourneyDefinition } from "../journeys/definition.ts";
import type { ReplayReport } from "../journeys/replay-report.ts";
import { Facts, Notice, Panel, ProblemList } from "./admin-page.tsx";
import { CountLine } from "./count-line.tsx";
import type { FormProblem } from "./form-problems.ts";
import { formatMoneys, formatNumber, formatShare, formatTime } from "./format.ts";
import { reasonInWords, replayLimitInWords } from "./plain-words.ts";
import { placeInWords } from "./problem-places.ts";

/** What the server answers to a try: the report without anybody in it, the steps by their names. */
export type TryOut =
  { type: "wrong"; problems: FormProblem[] } | { type: "busy" } | { type: "result"; days: number; result: TriedOut };

type TriedOut = Omit<ReplayReport, "byStep" | "byDay" | "sample"> & { steps: { name: string; messages: number }[] };

const SPANS = [30, 90];

/** Runs the journey as it is written in the form against what was recorded, and says what it would have done. */
export function TryOutPanel({
  kind,
  draft,
  currency,
  timezone,
}: {
  kind: string;
  draft: JourneyDefinition;
  currency: string;
  timezone: string;
}) {
  const { submit, data, state } = useFetcher<TryOut>();
  const [tried, setTried] = useState<{ kind: string; days: number; definition: JourneyDefinition } | null>(null);
  const isWorking = state !== "idle";
  const answer = !isWorking && tried?.kind === kind ? data : undefined;
  const run = (days: number) => {
    setTried({ kind, days, definition: draft });
    submit(JSON.stringify({ days, definition: draft }), {
      method: "post",
      action: `/app/replay/${kind}`,
      encType: "application/json",
    });
  };
  return (
    <div data-beckon-try-out>
      <Panel
        title="Try it on what has happened"
        description="What this journey, as it is written above, would have sent in the last days. Nothing is sent, saved or given away."
      >
        <ButtonGroup>
          {SPANS.map((days) => (
            <Button
              key={days}
              disabled={isWorking}
              loading={isWorking && tried?.days === days}
              onClick={() => run(days)}
            >{`Last ${days} days`}</Button>
          ))}
        </ButtonGroup>
        <div role="status">
          {isWorking && (
            <Text as="p" tone="subdued">
              Going through what was recorded. This takes up to a minute.
            </Text>
          )}
          {answer && (
            <div data-beckon-tried={answer.type}>
              <Answer
                answer={answer}
                isOutdated={JSON.stringify(tried?.definition) !== JSON.stringify(draft)}
                currency={currency}
                timezone={timezone}
              />
            </div>
          )}
        </div>
      </Panel>
    </div>
  );
}

type Shown = { isOutdated: boolean; currency: string; timezone: string };

function Answer({ answer, ...shown }: Shown & { answer: TryOut }) {
  if (answer.type === "busy") {
    return (
      <Notice tone="info" title="Another try is under way">
        One is made at a time. Try again in a minute.
      </Notice>
    );
  }
  if (answer.type === "wrong") {
    if (answer.problems.length === 0)
      return <Notice tone="critical" title="This could not be tried. Load the page anew." />;
    return (
      <ProblemList
        title="Some fields need another look first"
        problems={answer.problems.map(({ path, message }) => [placeInWords(path), message].filter(Boolean).join(": "))}
      />
    );
  }
  return <Result days={answer.days} result={answer.result} {...shown} />;
}

function Result({ days, result, isOutdated, currency, timezone }: Shown & { days: number; result: TriedOut }) {
  const { messages, people, reallySent, steps, delayed, dropped, discounts, limits } = result;
  if (result.events === 0) {
    return (
      <Text as="p" tone="subdued">
        {`Nothing was recorded in the last ${days} days that a journey could be tried on.`}
      </Text>
    );
  }
  return (
    <BlockStack gap="400">
      {isOutdated && (
        <Notice tone="info" title="You have changed the journey since. Try it again to see what that does." />
      )}
      {!result.isComplete && (
        <Notice tone="warning" title="There was more than could be gone through in a minute">
          {`These are the numbers up to ${formatTime(result.until, timezone)}.`}
        </Notice>
      )}
      <Facts
        facts={[
          ["Would have been sent", counted(messages, "message")],
          ["To", people === 1 ? "1 person" : `${formatNumber(people)} people`],
          ["Really sent in that time", counted(reallySent, "message")],
          ["Discount codes given", discounts.codes > 0 ? formatNumber(discounts.codes) : null],
          ["What they would cost", discounts.codes > 0 ? costInWords(discounts, currency) : null],
        ]}
      />
      <Counts title="Messages by step" rows={steps.map(({ name, messages: count }) => [capital(name), count])} />
      <Counts title="Waited" rows={delayed.map(({ reason, count }) => [reasonInWords(reason), count])} />
      <Counts title="Not sent" rows={dropped.map(({ reason, count }) => [reasonInWords(reason, true), count])} />
      <section>
        <BlockStack gap="200">
          <Text as="h3" variant="headingSm">
            What nobody recorded
          </Text>
          <List>
            {limits.map((limit) => (
              <List.Item key={limit}>{replayLimitInWords(limit)}</List.Item>
            ))}
          </List>
        </BlockStack>
      </section>
    </BlockStack>
  );
}

function Counts({ title, rows }: { title: string; rows: [label: string, count: number][] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <BlockStack gap="200">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        {rows.map(([label, count]) => (
          <CountLine key={label} label={label} count={count} />
        ))}
      </BlockStack>
    </section>
  );
}

function costInWords({ atMost, useRate, expected }: ReplayReport["discounts"], currency: string): string {
  const most = `at most ${formatMoneys(atMost, currency)}, if every one was used`;
  if (expected === null || useRate === null) return capital(most);
  const share = formatShare(useRate, 1);
  return `About ${formatMoneys(expected, currency)}, as ${share} of this journey’s codes were used; ${most}`;
}

function counted(count: number, what: string): string {
  return `${formatNumber(count)} ${what}${count === 1 ? "" : "s"}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
