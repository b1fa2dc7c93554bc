import { BlockStack, Button, Divider, InlineStack, Text } from "@shopify/polaris";
import type { WaitStep } from "../journeys/definition.ts";
import { ConditionBuilder } from "./condition-builder.tsx";
import { newCondition } from "./condition-fields.ts";
import { DurationInput } from "./duration-input.tsx";
import { EventPicker } from "./event-picker.tsx";
import { Choice, TextInput } from "./fields.tsx";

type WaitProps = {
  step: WaitStep;
  place: string;
  /** What the journey begins with: "after they left the shop". */
  begins: string;
  isFirst: boolean;
  currency: string;
  errorOf: (path: string) => string | undefined;
  onChange: (step: WaitStep) => void;
};

const FORMS = [
  { value: "time", label: "For a time" },
  { value: "hour", label: "Until an hour of the day" },
  { value: "event", label: "Until something happens" },
];

/** A wait in any of its forms. Another form starts with what it needs, so that a change of mind is never a broken step. */
export function WaitEditor(props: WaitProps) {
  const { step, place, errorOf, onChange } = props;
  const form = step.for ? "event" : step.at === undefined ? "time" : "hour";
  return (
    <BlockStack gap="300">
      <Choice
        label="How"
        labelHidden
        value={form}
        options={FORMS}
        onChange={(next) => next !== form && onChange(ofForm(next, step))}
      />
      {form === "event" && step.for ? (
        <>
          <EventPicker
            label="What"
            match={step.for}
            path={`${place}.for`}
            errorOf={errorOf}
            onChange={(match) => onChange({ ...step, for: match })}
          />
          <DurationInput
            label="At most"
            delay={step.timeout ?? ""}
            error={errorOf(`${place}.timeout`)}
            onChange={(timeout) => onChange({ ...step, timeout })}
          />
          <Text as="p" variant="bodySm" tone="subdued">
            Then it goes on in either case. A condition “What was waited for happened” tells the two apart.
          </Text>
        </>
      ) : (
        <ForATime {...props} />
      )}
    </BlockStack>
  );
}

function ForATime({ step, place, begins, isFirst, currency, errorOf, onChange }: WaitProps) {
  const bands = step.bands ?? [];
  const setBands = (next: NonNullable<WaitStep["bands"]>) => {
    const { bands: _old, ...rest } = step;
    onChange(next.length > 0 ? { ...rest, bands: next } : rest);
  };
  return (
    <>
      <div className="bk-delay">
        <DurationInput
          label="How long"
          labelHidden
          delay={step.delay ?? "PT0S"}
          error={errorOf(`${place}.delay`)}
          onChange={(delay) => onChange({ ...step, delay })}
        />
        {isFirst ? (
          <Text as="span" tone="subdued">
            {begins}
          </Text>
        ) : (
          <Choice
            label="Counted from"
            labelHidden
            value={step.from}
            options={[
              { value: "previous", label: "after the step before" },
              { value: "trigger", label: begins },
              { value: "seen", label: "after the last message was seen" },
            ]}
            onChange={(from) => onChange(countedFrom(from, step))}
            error={errorOf(`${place}.from`)}
          />
        )}
      </div>
      {step.at !== undefined && (
        <TextInput
          label="And then until"
          type="time"
          value={step.at}
          onChange={(at) => onChange({ ...step, at })}
          error={errorOf(`${place}.at`)}
          help="By the shopper’s own clock."
        />
      )}
      {step.from === "seen" && (
        <DurationInput
          label="When it is not seen, wait at most"
          delay={step.fallback ?? ""}
          error={errorOf(`${place}.fallback`)}
          onChange={(fallback) => onChange({ ...step, fallback })}
        />
      )}
      {bands.map((band, index) => (
        <BlockStack gap="200" key={index}>
          <Divider />
          <ConditionBuilder
            group={band.if}
            path={`${place}.bands.${index}.if`}
            currency={currency}
            errorOf={errorOf}
            onChange={(group) => setBands(bands.map((old, at) => (at === index ? { ...old, if: group } : old)))}
          />
          <DurationInput
            label="Wait instead"
            delay={band.delay}
            error={errorOf(`${place}.bands.${index}.delay`)}
            onChange={(delay) => setBands(bands.map((old, at) => (at === index ? { ...old, delay } : old)))}
          />
          <InlineStack>
            <Button variant="plain" onClick={() => setBands(bands.filter((_, at) => at !== index))}>
              Remove this other time
            </Button>
          </InlineStack>
        </BlockStack>
      ))}
      {bands.length < 10 && (
        <InlineStack>
          <Button
            variant="plain"
            onClick={() => setBands([...bands, { if: { all: [newCondition("cart_total")] }, delay: "PT10M" }])}
          >
            Another time for some
          </Button>
        </InlineStack>
      )}
    </>
  );
}

function ofForm(form: string, step: WaitStep): WaitStep {
  if (form === "event") return { type: "wait", from: "previous", for: { event: "returned" }, timeout: "P1D" };
  const { for: _for, timeout: _timeout, at: _at, ...rest } = step;
  const delayed = { ...rest, delay: rest.delay ?? "P1D" };
  return form === "hour" ? { ...delayed, at: "10:00" } : delayed;
}

function countedFrom(from: string, step: WaitStep): WaitStep {
  const { fallback, ...rest } = step;
  if (from === "seen") return { ...rest, from, fallback: fallback ?? "P1D" };
  return { ...rest, from: from === "trigger" ? from : "previous" };
}
