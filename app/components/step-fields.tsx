import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import type { Step } from "../journeys/definition.ts";
import { ConditionBuilder } from "./condition-builder.tsx";
import { NumberInput, TextInput } from "./fields.tsx";
import { MessageEditor } from "./message-editor.tsx";
import type { StepTools } from "./step-list.tsx";
import { WaitEditor } from "./wait-editor.tsx";

type ListOf = (steps: Step[], place: string, onChange: (steps: Step[]) => void) => ReactNode;

type Props<T extends Step> = {
  step: T;
  place: string;
  isFirst: boolean;
  tools: StepTools;
  onChange: (step: T) => void;
  /** Draws the steps inside a branch or a way. */
  renderList: ListOf;
};

/** What can be changed of one step. */
export function StepFields({ step, ...props }: Props<Step>) {
  const { place, isFirst, tools, onChange } = props;
  switch (step.type) {
    case "wait":
      return (
        <>
          <WaitEditor
            step={step}
            place={place}
            begins={tools.begins}
            isFirst={isFirst}
            currency={tools.currency}
            errorOf={tools.errorOf}
            onChange={onChange}
          />
          {isFirst && tools.leastWait && (
            <Text as="p" tone="subdued">
              {`Never sooner than ${tools.leastWait}.`}
            </Text>
          )}
        </>
      );
    case "message":
      return (
        <MessageEditor
          {...tools}
          place={place}
          step={step}
          below={tools.previewBelow(place)}
          onChange={onChange}
          hasSubject
        />
      );
    case "condition":
      return (
        <>
          <Conditions {...props} step={step} />
          <Text as="p" variant="bodySm" tone="subdued">
            For everybody else the journey ends here.
          </Text>
        </>
      );
    case "branch":
      return <BranchFields {...props} step={step} />;
    case "split":
      return <SplitFields {...props} step={step} />;
    case "tag":
      return <TagFields {...props} step={step} />;
    case "webhook":
      return (
        <TextInput
          label="Address"
          type="url"
          value={step.url}
          onChange={(url) => onChange({ ...step, url })}
          error={tools.errorOf(`${place}.url`)}
          help="An https address of yours. It is told who, in which journey and at which step; nobody waits for its answer."
        />
      );
    case "end":
      return (
        <Text as="p" tone="subdued">
          Whoever gets here is through.
        </Text>
      );
  }
}

function Conditions({
  step,
  place,
  tools,
  onChange,
}: Props<Extract<Step, { type: "condition" }> | Extract<Step, { type: "branch" }>>) {
  return (
    <ConditionBuilder
      group={step.if}
      path={`${place}.if`}
      currency={tools.currency}
      errorOf={tools.errorOf}
      onChange={(group) => onChange({ ...step, if: group })}
    />
  );
}

function BranchFields(props: Props<Extract<Step, { type: "branch" }>>) {
  const { step, place, onChange, renderList } = props;
  return (
    <>
      <Conditions {...props} step={step} onChange={(changed) => changed.type === "branch" && onChange(changed)} />
      <Inside title="Then">{renderList(step.yes, `${place}.yes`, (yes) => onChange({ ...step, yes }))}</Inside>
      <Inside title="Otherwise">{renderList(step.no, `${place}.no`, (no) => onChange({ ...step, no }))}</Inside>
    </>
  );
}

const MOST_WAYS = 5;

function SplitFields({ step, place, tools, onChange, renderList }: Props<Extract<Step, { type: "split" }>>) {
  const { ways } = step;
  type Way = (typeof ways)[number];
  const replace = (index: number, changes: Partial<Way>) =>
    onChange({ ...step, ways: ways.map((old, at) => (at === index ? { ...old, ...changes } : old)) });
  const problem = tools.errorOf(`${place}.ways`);
  return (
    <>
      {ways.map((way, index) => (
        <Inside key={index} title={`Way ${way.name}`}>
          <div className="bk-pair">
            <TextInput
              label="Name"
              value={way.name}
              onChange={(name) => replace(index, { name })}
              error={tools.errorOf(`${place}.ways.${index}.name`)}
              dir="ltr"
            />
            <NumberInput
              label="Share"
              unit="of 100"
              value={way.share}
              least={1}
              most={99}
              onChange={(share) => replace(index, { share })}
              error={tools.errorOf(`${place}.ways.${index}.share`)}
            />
          </div>
          {renderList(way.steps, `${place}.ways.${index}.steps`, (steps) => replace(index, { steps }))}
          {ways.length > 2 && (
            <InlineStack>
              <Button
                variant="plain"
                tone="critical"
                onClick={() => onChange({ ...step, ways: ways.filter((_, at) => at !== index) })}
              >
                {`Remove the way ${way.name}`}
              </Button>
            </InlineStack>
          )}
        </Inside>
      ))}
      {problem && (
        <Text as="p" tone="critical">
          {`The ways ${problem}.`}
        </Text>
      )}
      {ways.length < MOST_WAYS && (
        <InlineStack>
          <Button
            variant="plain"
            onClick={() => onChange({ ...step, ways: [...ways, { name: freeName(ways), share: 10, steps: [] }] })}
          >
            Add a way
          </Button>
        </InlineStack>
      )}
    </>
  );
}

function freeName(ways: { name: string }[]): string {
  return ["a", "b", "c", "d", "e"].find((name) => ways.every((way) => way.name !== name)) ?? "f";
}

function TagFields({ step, place, tools, onChange }: Props<Extract<Step, { type: "tag" }>>) {
  const tags = (text: string) => (text === "" ? [] : text.split(/,\s?/));
  const error = (field: "add" | "remove") =>
    tools.problems.find(({ path }) => path === `${place}.${field}` || path.startsWith(`${place}.${field}.`))?.message;
  return (
    <div className="bk-pair">
      <TextInput
        label="Give"
        value={step.add.join(", ")}
        onChange={(text) => onChange({ ...step, add: tags(text) })}
        error={error("add")}
        help="Several with commas between."
      />
      <TextInput
        label="Take away"
        value={step.remove.join(", ")}
        onChange={(text) => onChange({ ...step, remove: tags(text) })}
        error={error("remove")}
      />
    </div>
  );
}

function Inside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="bk-inside">
      <BlockStack gap="200">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        {children}
      </BlockStack>
    </div>
  );
}
