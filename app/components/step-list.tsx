import { ActionList, BlockStack, Button, InlineStack, Popover, Text } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Step } from "../journeys/definition.ts";
import { Panel } from "./admin-page.tsx";
import type { FormProblem } from "./form-problems.ts";
import { moved, newStep, STEP_OFFERS, stepTypeName } from "./new-step.ts";
import { StepFields } from "./step-fields.tsx";

/** Which text is being looked at: the place of its message in the definition ("steps.1") and a language. */
export type EditedText = { place: string; locale: string };

/** What every step needs to know of the journey around it. */
export type StepTools = {
  languages: string[];
  mayDiscount: boolean;
  /** The shop's own. */
  currency: string;
  variables: { name: string; description: string }[];
  /** What the journey begins with: "after they left the shop". */
  begins: string;
  /** The shortest time before the first message, in words; null: none. */
  leastWait: string | null;
  problems: FormProblem[];
  edited: EditedText | null;
  errorOf: (path: string) => string | undefined;
  /** The preview, on narrow screens, below the message at this place. */
  previewBelow: (place: string) => ReactNode;
  onEdit: (edited: EditedText) => void;
};

/**
 * Steps in their order, each with its fields; steps can be added, moved and removed. `place` is where the list stands in
 * the definition: "steps", "steps.3.yes", "steps.3.ways.1.steps".
 */
export function StepList({
  steps,
  place,
  tools,
  onChange,
}: {
  steps: Step[];
  place: string;
  tools: StepTools;
  onChange: (steps: Step[]) => void;
}) {
  const isInside = place !== "steps";
  const error = tools.errorOf(place);
  return (
    <BlockStack gap={isInside ? "200" : "400"}>
      {steps.map((step, index) => {
        const here = `${place}.${index}`;
        const name = stepTypeName(step.type);
        const problem = tools.errorOf(here);
        return (
          <div key={`${index}-${step.type}`} data-beckon-step-place={here}>
            <Panel
              title={`${index + 1}. ${name}`}
              action={
                <StepMenu
                  name={`step ${index + 1}, ${name}`}
                  isFirst={index === 0}
                  isLast={index === steps.length - 1}
                  onMove={(by) => onChange(moved(steps, index, index + by))}
                  onRemove={() => onChange(steps.filter((_, at) => at !== index))}
                />
              }
            >
              <StepFields
                step={step}
                place={here}
                isFirst={index === 0 && !isInside}
                tools={tools}
                onChange={(changed) => onChange(steps.map((old, at) => (at === index ? changed : old)))}
                renderList={(inner, innerPlace, onInner) => (
                  <StepList steps={inner} place={innerPlace} tools={tools} onChange={onInner} />
                )}
              />
              {problem && (
                <Text as="p" tone="critical">
                  {`This step ${problem}.`}
                </Text>
              )}
            </Panel>
          </div>
        );
      })}
      {error && (
        <Text as="p" tone="critical">
          {`The list ${error}.`}
        </Text>
      )}
      <AddStep isInside={isInside} onAdd={(type) => onChange([...steps, newStep(type, tools.languages)])} />
    </BlockStack>
  );
}

function StepMenu({
  name,
  isFirst,
  isLast,
  onMove,
  onRemove,
}: {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}) {
  return (
    <InlineStack gap="100" wrap={false}>
      <Button
        size="slim"
        variant="tertiary"
        disabled={isFirst}
        accessibilityLabel={`Move up: ${name}`}
        onClick={() => onMove(-1)}
      >
        ↑
      </Button>
      <Button
        size="slim"
        variant="tertiary"
        disabled={isLast}
        accessibilityLabel={`Move down: ${name}`}
        onClick={() => onMove(1)}
      >
        ↓
      </Button>
      <Button size="slim" variant="tertiary" tone="critical" accessibilityLabel={`Remove: ${name}`} onClick={onRemove}>
        Remove
      </Button>
    </InlineStack>
  );
}

function AddStep({ isInside, onAdd }: { isInside: boolean; onAdd: (type: Step["type"]) => void }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <InlineStack>
      <Popover
        active={isOpen}
        onClose={() => setIsOpen(false)}
        activator={
          <Button disclosure size={isInside ? "slim" : "medium"} onClick={() => setIsOpen(!isOpen)}>
            Add a step
          </Button>
        }
      >
        <ActionList
          items={STEP_OFFERS.map(({ type, name, help }) => ({
            content: name,
            helpText: help,
            onAction: () => {
              setIsOpen(false);
              onAdd(type);
            },
          }))}
        />
      </Popover>
    </InlineStack>
  );
}
