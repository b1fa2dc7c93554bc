import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { JourneyDefinition } from "../journeys/definition.ts";
import type { EventMatch } from "../journeys/event-match.ts";
import { Panel } from "./admin-page.tsx";
import { ConditionBuilder } from "./condition-builder.tsx";
import { newCondition } from "./condition-fields.ts";
import { EventPicker } from "./event-picker.tsx";
import { Choice, NumberInput, Tick } from "./fields.tsx";

type RulesProps = {
  definition: JourneyDefinition;
  currency: string;
  ownPriority: number;
  errorOf: (path: string) => string | undefined;
  onChange: (definition: JourneyDefinition) => void;
};

/** Who gets in, what ends it, and what happens when messages compete. */
export function JourneyRules(props: RulesProps) {
  const { definition, currency, errorOf, onChange } = props;
  return (
    <>
      <Panel title="For whom">
        <Tick
          label="Only for some"
          checked={definition.filter !== null}
          onChange={(isOn) => onChange({ ...definition, filter: isOn ? { all: [newCondition("country")] } : null })}
          help="Asked when the journey begins. Off: for everybody it concerns."
        />
        {definition.filter && (
          <ConditionBuilder
            group={definition.filter}
            path="filter"
            currency={currency}
            errorOf={errorOf}
            onChange={(filter) => onChange({ ...definition, filter })}
          />
        )}
      </Panel>
      <Endings {...props} />
      <Competition {...props} />
    </>
  );
}

const EXITS = [
  { id: "returned", label: "They come back by themselves after a message" },
  { id: "bought", label: "They order anything" },
  { id: "item_removed", label: "They take something out of the cart" },
  { id: "out_of_stock", label: "What it is about is sold out" },
] as const;

function Endings({ definition, errorOf, onChange }: RulesProps) {
  const { exits, goal } = definition;
  const events = exits.flatMap((exit, index) => (typeof exit === "string" ? [] : [{ exit, index }]));
  const setExit = (index: number, match: EventMatch) =>
    onChange({ ...definition, exits: exits.map((old, at) => (at === index ? match : old)) });
  return (
    <Panel
      title="What ends it"
      description="A purchase, an empty cart, an unsubscription and whatever makes its messages untrue end it in any case."
    >
      <BlockStack gap="100">
        {EXITS.map(({ id, label }) => (
          <Tick
            key={id}
            label={label}
            checked={exits.includes(id)}
            onChange={(isOn) =>
              onChange({ ...definition, exits: isOn ? [...exits, id] : exits.filter((exit) => exit !== id) })
            }
          />
        ))}
      </BlockStack>
      {events.map(({ exit, index }) => (
        <BlockStack gap="100" key={index}>
          <EventPicker
            label="It ends when"
            match={exit}
            path={`exits.${index}`}
            errorOf={errorOf}
            onChange={(match) => setExit(index, match)}
          />
          <InlineStack>
            <Button
              variant="plain"
              onClick={() => onChange({ ...definition, exits: exits.filter((_, at) => at !== index) })}
            >
              Remove this ending
            </Button>
          </InlineStack>
        </BlockStack>
      ))}
      {errorOf("exits") && (
        <Text as="p" tone="critical">
          {errorOf("exits")}
        </Text>
      )}
      {exits.length < 10 && (
        <InlineStack>
          <Button
            variant="plain"
            onClick={() => onChange({ ...definition, exits: [...exits, { event: "wishlist_added" }] })}
          >
            End it when something else happens
          </Button>
        </InlineStack>
      )}
      <Tick
        label="It has a goal"
        checked={Boolean(goal)}
        onChange={(isOn) => {
          const { goal: _goal, ...rest } = definition;
          onChange(isOn ? { ...rest, goal: { event: "order_created" } } : rest);
        }}
        help="Ends as reached when that happens."
      />
      {goal && (
        <EventPicker
          label="Goal"
          match={goal}
          path="goal"
          errorOf={errorOf}
          onChange={(match) => onChange({ ...definition, goal: match })}
        />
      )}
    </Panel>
  );
}

function Competition({ definition, ownPriority, errorOf, onChange }: RulesProps) {
  const { priority, whenHeld, ...rest } = definition;
  const held = whenHeld === undefined ? {} : { whenHeld };
  const weight = priority === undefined ? {} : { priority };
  return (
    <Panel
      title="When messages compete"
      description="A person gets only as many messages as the settings allow. The one of the higher priority goes first."
    >
      <div className="bk-pair">
        <NumberInput
          label="Priority"
          unit="of 100"
          value={priority ?? ownPriority}
          least={1}
          most={100}
          onChange={(next) => onChange({ ...rest, ...held, ...(next === ownPriority ? {} : { priority: next }) })}
          error={errorOf("priority")}
          help={`Ours for this journey: ${ownPriority}.`}
        />
        <Choice
          label="When it has to stand back"
          value={whenHeld ?? "wait"}
          options={[
            { value: "wait", label: "It waits" },
            { value: "drop", label: "It is not sent" },
          ]}
          onChange={(next) => onChange({ ...rest, ...weight, ...(next === "drop" ? { whenHeld: "drop" } : {}) })}
          error={errorOf("whenHeld")}
        />
      </div>
    </Panel>
  );
}
