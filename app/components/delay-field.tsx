import { BlockStack, Text } from "@shopify/polaris";
import { DELAY_UNITS, delayParts, delayText } from "./delay-text.ts";
import { Choice, NumberInput } from "./fields.tsx";

/** A wait: how long, and counted from what. */
export function DelayField({
  delay,
  from,
  begins,
  isFirst,
  error,
  onChange,
}: {
  delay: string;
  from: "previous" | "trigger";
  /** What the journey begins with: "after they left the shop". */
  begins: string;
  isFirst: boolean;
  error: string | undefined;
  onChange: (changes: { delay?: string; from?: "previous" | "trigger" }) => void;
}) {
  const { amount, unit } = delayParts(delay);
  return (
    <BlockStack gap="200">
      <Text as="h2" variant="headingSm">
        Wait
      </Text>
      <div className="bk-delay">
        <NumberInput
          label="How long"
          labelHidden
          value={amount}
          least={0}
          onChange={(next) => onChange({ delay: delayText(next, unit) })}
          error={error}
        />
        <Choice
          label="Unit"
          labelHidden
          value={unit}
          options={DELAY_UNITS.map((value) => ({ value, label: value }))}
          onChange={(next) =>
            onChange({ delay: delayText(amount, DELAY_UNITS.find((known) => known === next) ?? "minutes") })
          }
        />
        {isFirst ? (
          <Text as="span" tone="subdued">
            {begins}
          </Text>
        ) : (
          <Choice
            label="Counted from"
            labelHidden
            value={from}
            options={[
              { value: "previous", label: "after the step before" },
              { value: "trigger", label: begins },
            ]}
            onChange={(next) => onChange({ from: next === "trigger" ? "trigger" : "previous" })}
          />
        )}
      </div>
    </BlockStack>
  );
}
