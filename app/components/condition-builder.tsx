import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { Condition, ConditionField, ConditionGroup } from "../journeys/conditions.ts";
import { CONDITION_FORMS, newCondition, operatorsOf, withOperator } from "./condition-fields.ts";
import { Choice, NumberInput, TextInput } from "./fields.tsx";
import { MoneyInput } from "./money-input.tsx";
import { sentence } from "./plain-words.ts";

const FIELDS = Object.keys(CONDITION_FORMS) as ConditionField[];
const MOST = 20;

export type ConditionProps = {
  group: ConditionGroup;
  /** Of the group in the definition: "steps.1.if". */
  path: string;
  /** The shop's own. */
  currency: string;
  errorOf: (path: string) => string | undefined;
  onChange: (group: ConditionGroup) => void;
};

/** Conditions that must all be met, each a fact, a comparison and a value. The last one cannot be removed here. */
export function ConditionBuilder({ group, path, currency, errorOf, onChange }: ConditionProps) {
  const { all } = group;
  const setAll = (next: Condition[]) => onChange({ all: next });
  const replace = (index: number, condition: Condition) =>
    setAll(all.map((old, at) => (at === index ? condition : old)));
  return (
    <BlockStack gap="200">
      {all.map((condition, index) => (
        <div className="bk-condition" key={index}>
          <Choice
            label={index === 0 ? "If" : "and"}
            value={condition.field}
            options={FIELDS.map((value) => ({ value, label: CONDITION_FORMS[value].label }))}
            onChange={(next) => replace(index, newCondition(FIELDS.find((one) => one === next) ?? condition.field))}
            error={errorOf(`${path}.all.${index}.field`)}
          />
          <Comparison
            condition={condition}
            currency={currency}
            error={errorOf(`${path}.all.${index}.value`) ?? errorOf(`${path}.all.${index}.value.0`)}
            onChange={(next) => replace(index, next)}
          />
          {all.length > 1 && (
            <div className="bk-condition-remove">
              <Button
                variant="plain"
                accessibilityLabel={`Remove the condition ${index + 1}`}
                onClick={() => setAll(all.filter((_, at) => at !== index))}
              >
                Remove
              </Button>
            </div>
          )}
        </div>
      ))}
      {(errorOf(path) ?? errorOf(`${path}.all`)) ? (
        <Text as="p" tone="critical">
          {errorOf(path) ?? errorOf(`${path}.all`)}
        </Text>
      ) : null}
      {all.length < MOST && (
        <InlineStack>
          <Button variant="plain" onClick={() => setAll([...all, newCondition("country")])}>
            And another condition
          </Button>
        </InlineStack>
      )}
    </BlockStack>
  );
}

/** What is not known is neither yes nor no. */
const YES_NO = [
  { value: "eq true", label: "yes" },
  { value: "eq false", label: "no" },
  { value: "ne true", label: "no, or not known" },
  { value: "ne false", label: "yes, or not known" },
];

type ComparisonProps = {
  condition: Condition;
  currency: string;
  error: string | undefined;
  onChange: (condition: Condition) => void;
};

function Comparison({ condition, currency, error, onChange }: ComparisonProps) {
  const { kind } = CONDITION_FORMS[condition.field];
  if (kind === "boolean") {
    return (
      <Choice
        label="is"
        labelHidden
        value={`${condition.op} ${condition.value === true}`}
        options={YES_NO}
        onChange={(next) =>
          onChange({
            field: condition.field,
            op: next.startsWith("ne") ? "ne" : "eq",
            value: next.endsWith("true"),
          })
        }
        error={error}
      />
    );
  }
  return (
    <>
      <Choice
        label="Comparison"
        labelHidden
        value={condition.op}
        options={operatorsOf(condition.field)}
        onChange={(op) => onChange(withOperator(condition, op))}
      />
      <Value condition={condition} currency={currency} error={error} onChange={onChange} />
    </>
  );
}

function Value({ condition, currency, error, onChange }: ComparisonProps) {
  const { kind, choices, help } = CONDITION_FORMS[condition.field];
  const { field, op, value } = condition;
  if (op === "in" || op === "not_in") {
    return (
      <TextInput
        label="Values, with commas between"
        value={value.join(", ")}
        onChange={(text) => onChange({ field, op, value: text.split(/,\s?/) })}
        error={error}
        help={choices ? choices.join(", ") : help}
      />
    );
  }
  const set = (next: string | number) => onChange({ ...condition, value: next } as Condition);
  if (kind === "money" || kind === "number") {
    const amount = typeof value === "number" ? value : Number.NaN;
    return kind === "money" ? (
      <MoneyInput
        label="Amount"
        currency={currency}
        value={amount}
        onChange={(next) => set(next ?? Number.NaN)}
        error={error}
        help={help}
      />
    ) : (
      <NumberInput label="Number" value={amount} onChange={set} error={error} help={help} />
    );
  }
  if (choices) {
    return (
      <Choice
        label="Value"
        value={String(value)}
        options={withOwn(choices, String(value))}
        onChange={set}
        error={error}
        help={help}
      />
    );
  }
  return <TextInput label="Value" value={String(value)} onChange={set} error={error} help={help} dir="ltr" />;
}

/** What was written by the API and is not offered here stays choosable. */
function withOwn(choices: string[], value: string) {
  const all = choices.includes(value) ? choices : [...choices, value];
  return all.map((one) => ({ value: one, label: sentence(one) }));
}
