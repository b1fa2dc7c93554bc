import { BlockStack, Button, Divider, FormLayout, InlineStack, Text } from "@shopify/polaris";
import { CHAIN_EVENTS } from "../journeys/chain-trigger.ts";
import type { Chain, ChainTrigger, Deed } from "../journeys/chain-trigger.ts";
import { Panel } from "./admin-page.tsx";
import { Choice, TextInput } from "./fields.tsx";
import { problemAt } from "./form-problems.ts";
import type { FormProblem } from "./form-problems.ts";
import type { TriggerEditorProps } from "./trigger-editor.tsx";

const WITHIN = [
  { value: "PT1H", label: "an hour" },
  { value: "P1D", label: "a day" },
  { value: "P3D", label: "3 days" },
  { value: "P7D", label: "7 days" },
  { value: "P14D", label: "14 days" },
  { value: "P30D", label: "30 days" },
];

/** What shoppers did one after the other, and what they must not have done since. */
export function ChainTriggerEditor({ trigger, problems, onChange }: TriggerEditorProps<ChainTrigger>) {
  const { chains } = trigger;
  const replace = (index: number, chain: Chain) =>
    onChange({ ...trigger, chains: chains.map((old, at) => (at === index ? chain : old)) });
  return (
    <Panel
      title="Actions"
      description="Begins when the last action is done. Anything your own systems tell us by the API can be one: the event custom, under its name."
    >
      {chains.map((chain, index) => (
        <BlockStack gap="400" key={index}>
          {index > 0 && <Divider />}
          {chains.length > 1 && (
            <TextInput
              label="Name of the chain, for the steps’ condition “chain”"
              value={chain.id}
              onChange={(id) => replace(index, { ...chain, id })}
              error={problemAt(problems, `trigger.chains.${index}.id`)}
              dir="ltr"
            />
          )}
          <Deeds
            title="They did"
            more="Add what they did next"
            path={`trigger.chains.${index}.did`}
            deeds={chain.did}
            least={1}
            problems={problems}
            onChange={(did) => replace(index, { ...chain, did })}
          />
          {chain.did.length > 1 && (
            <Choice
              label="All of it within"
              value={chain.within}
              options={withOwn(chain.within)}
              onChange={(within) => replace(index, { ...chain, within })}
              error={problemAt(problems, `trigger.chains.${index}.within`)}
            />
          )}
          <Deeds
            title="And have not since"
            more="Add what ends it"
            path={`trigger.chains.${index}.not`}
            deeds={chain.not}
            least={0}
            problems={problems}
            onChange={(not) => replace(index, { ...chain, not })}
          />
        </BlockStack>
      ))}
    </Panel>
  );
}

type DeedsProps = {
  title: string;
  more: string;
  path: string;
  deeds: Deed[];
  least: number;
  problems: FormProblem[];
  onChange: (deeds: Deed[]) => void;
};

function Deeds({ title, more, path, deeds, least, problems, onChange }: DeedsProps) {
  const replace = (index: number, deed: Deed) => onChange(deeds.map((old, at) => (at === index ? deed : old)));
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {title}
      </Text>
      {deeds.map((deed, index) => (
        <BlockStack gap="100" key={index}>
          <FormLayout>
            <FormLayout.Group>
              <Choice
                label={`Action ${index + 1}`}
                value={deed.event}
                options={CHAIN_EVENTS.map((event) => ({ value: event, label: eventInWords(event) }))}
                onChange={(event) => replace(index, deedOf(event, deed))}
                error={problemAt(problems, `${path}.${index}.event`)}
              />
              {deed.event === "custom" && (
                <TextInput
                  label="Its name"
                  value={deed.name ?? ""}
                  onChange={(name) => replace(index, { ...deed, name })}
                  error={problemAt(problems, `${path}.${index}.name`)}
                  dir="ltr"
                />
              )}
            </FormLayout.Group>
          </FormLayout>
          <InlineStack gap="300">
            {deed.where.length > 0 && (
              <Text as="span" tone="subdued">
                {deed.where.map((one) => `${one.property} ${one.op} ${String(one.value)}`).join(" and ")}
              </Text>
            )}
            {deeds.length > least && (
              <Button variant="plain" onClick={() => onChange(deeds.filter((_, at) => at !== index))}>
                Remove
              </Button>
            )}
          </InlineStack>
        </BlockStack>
      ))}
      {problemAt(problems, path) && (
        <Text as="p" tone="critical">
          {problemAt(problems, path)}
        </Text>
      )}
      {deeds.length < 5 && (
        <InlineStack>
          <Button onClick={() => onChange([...deeds, { event: "custom", name: "", where: [] }])}>{more}</Button>
        </InlineStack>
      )}
    </BlockStack>
  );
}

function deedOf(event: string, { name }: Deed): Deed {
  const known = CHAIN_EVENTS.find((one) => one === event) ?? "custom";
  return known === "custom" ? { event: known, name: name ?? "", where: [] } : { event: known, where: [] };
}

function withOwn(within: string) {
  return WITHIN.some(({ value }) => value === within) ? WITHIN : [...WITHIN, { value: within, label: within }];
}

function eventInWords(event: string): string {
  if (event === "custom") return "Told by your systems (custom)";
  const words = event.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
