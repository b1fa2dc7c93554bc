import { BlockStack, Button, InlineStack } from "@shopify/polaris";
import type { WaitStep } from "../journeys/definition.ts";
import { DELAY_UNITS, delayParts, delayText } from "./delay-text.ts";
import { Choice, NumberInput } from "./fields.tsx";
import { MoneyInput } from "./money-input.tsx";

type Band = NonNullable<WaitStep["bands"]>[number];

/** What a new band is until the merchant writes something else: "from 100.00, 30 minutes". */
const FIRST_AMOUNT = 10_000;

/** Other waits for dearer carts: from which total, and how long. The dearest comes first, because the first that is met counts. */
export function DelayBands({
  bands,
  currency,
  errorOf,
  onChange,
}: {
  bands: Band[];
  /** The shop's own. Carts are compared in the currency that they are in. */
  currency: string;
  errorOf: (path: string) => string | undefined;
  onChange: (bands: Band[] | undefined) => void;
}) {
  const replace = (index: number, changes: { amount?: number; delay?: string }) =>
    onChange(bands.map((old, at) => (at === index ? { ...old, ...bandOf({ ...partsOf(old), ...changes }) } : old)));
  const remove = (index: number) => {
    const left = bands.filter((_, at) => at !== index);
    onChange(left.length > 0 ? left : undefined);
  };

  return (
    <BlockStack gap="300">
      {bands.map((band, index) => {
        const { amount, unit } = delayParts(band.delay);
        return (
          <BlockStack gap="100" key={index}>
            <MoneyInput
              label="For carts from"
              currency={currency}
              value={partsOf(band).amount}
              onChange={(next) => replace(index, { amount: next ?? Number.NaN })}
              error={errorOf(`bands.${index}.if`)}
            />
            <InlineStack gap="200" blockAlign="end">
              <NumberInput
                label="Wait for these"
                value={amount}
                least={0}
                onChange={(next) => replace(index, { delay: delayText(next, unit) })}
                error={errorOf(`bands.${index}.delay`)}
              />
              <Choice
                label="Unit"
                labelHidden
                value={unit}
                options={DELAY_UNITS.map((value) => ({ value, label: value }))}
                onChange={(next) =>
                  replace(index, {
                    delay: delayText(amount, DELAY_UNITS.find((known) => known === next) ?? "minutes"),
                  })
                }
              />
              <Button variant="plain" onClick={() => remove(index)}>
                Remove
              </Button>
            </InlineStack>
          </BlockStack>
        );
      })}
      {bands.length < 5 && (
        <div>
          <Button variant="plain" onClick={() => onChange([dearer(bands), ...bands])}>
            Wait differently for dearer carts
          </Button>
        </div>
      )}
    </BlockStack>
  );
}

/** Whether the form can show them: each is only about what the cart comes to. */
export function areByCartTotal(bands: Band[] | undefined): boolean {
  return (bands ?? []).every(({ if: { all } }) => {
    const [condition, ...others] = all;
    return condition?.field === "cart_total" && condition.op === "gte" && others.length === 0;
  });
}

function dearer(bands: Band[]): Band {
  const dearest = Math.max(0, ...bands.map((band) => partsOf(band).amount).filter((amount) => !Number.isNaN(amount)));
  return bandOf({ amount: dearest > 0 ? dearest * 2 : FIRST_AMOUNT, delay: "PT30M" });
}

function bandOf({ amount, delay }: { amount: number; delay: string }): Band {
  return { if: { all: [{ field: "cart_total", op: "gte", value: amount }] }, delay };
}

function partsOf({ if: { all }, delay }: Band): { amount: number; delay: string } {
  const value = all[0]?.value;
  return { amount: typeof value === "number" ? value : Number.NaN, delay };
}
