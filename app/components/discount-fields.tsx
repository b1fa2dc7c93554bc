import { BlockStack, Text } from "@shopify/polaris";
import { currencyExponent } from "../events/money.ts";
import type { StepDiscount } from "../journeys/discount.ts";
import { CollectionPicker } from "./collection-picker.tsx";
import { Choice, NumberInput, TextInput, Tick } from "./fields.tsx";
import { MoneyInput } from "./money-input.tsx";

const NEW_DISCOUNT: StepDiscount = { type: "percent", percent: 10, validHours: 48, whenUnavailable: "wait" };

/** What a message gives: how much, of what, whose code, how long, and what happens without one. */
export function DiscountFields({
  discount,
  currency,
  path,
  errorOf,
  onChange,
}: {
  discount: StepDiscount | null;
  /** The shop's own. */
  currency: string;
  /** Of the discount in the definition: "steps.1.discount". */
  path: string;
  errorOf: (path: string) => string | undefined;
  onChange: (discount: StepDiscount | null) => void;
}) {
  const error = (field: string) => errorOf(`${path}.${field}`);
  return (
    <BlockStack gap="300">
      <Tick
        label="Give a discount code"
        checked={discount !== null}
        onChange={(checked) => onChange(checked ? NEW_DISCOUNT : null)}
        help="A click applies it. A cart that has a discount already is promised none."
      />
      {discount && (
        <>
          <div className="bk-pair">
            <Choice
              label="The code gives"
              value={discount.type ?? "percent"}
              options={[
                { value: "percent", label: "A percentage off" },
                { value: "amount", label: "An amount off" },
                { value: "free_shipping", label: "Free shipping" },
              ]}
              onChange={(type) => onChange(ofType(type, discount, currency))}
              error={errorOf(path) ?? error("type")}
            />
            <Value discount={discount} error={error} onChange={onChange} />
          </div>
          <MoneyInput
            label="Smallest order"
            currency={discount.currency ?? currency}
            value={discount.minimumSubtotal ?? null}
            onChange={(minimumSubtotal) =>
              onChange({ ...discount, minimumSubtotal, currency: discount.currency ?? currency })
            }
            error={error("minimumSubtotal") ?? error("currency")}
            help="Empty: any order."
          />
          {discount.type !== "free_shipping" && (
            <CollectionPicker
              label="Only these collections"
              chosen={discount.collections ?? []}
              onChange={(collections) =>
                onChange({ ...discount, collections: collections.length > 0 ? collections : null })
              }
              error={error("collections")}
              help="None chosen: the whole order."
            />
          )}
          <TextInput
            label="Your own code"
            placeholder="WELCOME10"
            value={discount.code ?? ""}
            longest={100}
            onChange={(code) => onChange({ ...discount, code: code.trim() === "" ? null : code })}
            error={error("code")}
            help={
              discount.code
                ? "The same for everybody. It must give in Shopify what is said here, and is looked at again before each message."
                : "Empty: every shopper gets a code of their own that works once. Otherwise one you made in Shopify."
            }
          />
          <div className="bk-pair">
            {!discount.code && (
              <NumberInput
                label="Valid for at least"
                unit="hours"
                value={discount.validHours}
                least={1}
                most={720}
                onChange={(validHours) => onChange({ ...discount, validHours })}
                error={error("validHours")}
                help="Until the end of that day."
              />
            )}
            <Choice
              label="When the shopper gets no code"
              value={discount.whenUnavailable}
              options={WITHOUT}
              onChange={(choice) => {
                const found = WITHOUT.find(({ value }) => value === choice);
                if (found) onChange({ ...discount, whenUnavailable: found.value });
              }}
              error={error("whenUnavailable")}
            />
          </div>
          {discount.type === "amount" && (
            <Text as="p" variant="bodySm" tone="subdued">
              {`In ${discount.currency}. Who pays in another currency gets the equivalent, at Shopify’s rate.`}
            </Text>
          )}
        </>
      )}
    </BlockStack>
  );
}

const WITHOUT: { value: StepDiscount["whenUnavailable"]; label: string }[] = [
  { value: "wait", label: "Wait up to an hour, then send without it" },
  { value: "send_without", label: "Send the message without it" },
  { value: "drop", label: "Do not send the message" },
];

function Value({
  discount,
  error,
  onChange,
}: {
  discount: StepDiscount;
  error: (field: string) => string | undefined;
  onChange: (discount: StepDiscount) => void;
}) {
  if (discount.type === "free_shipping") return null;
  if (discount.type === "amount") {
    return (
      <MoneyInput
        label="Amount"
        currency={discount.currency}
        value={discount.amount}
        onChange={(amount) => onChange({ ...discount, amount: amount ?? Number.NaN })}
        error={error("amount") ?? error("currency")}
      />
    );
  }
  return (
    <NumberInput
      label="Discount"
      unit="% off"
      value={discount.percent}
      least={1}
      most={100}
      onChange={(percent) => onChange({ ...discount, percent })}
      error={error("percent")}
    />
  );
}

/** The same discount of another type, as far as they have things in common. */
function ofType(type: string, discount: StepDiscount, shopCurrency: string): StepDiscount {
  const { validHours, whenUnavailable, code, minimumSubtotal, currency } = discount;
  const shared = { validHours, whenUnavailable, code, minimumSubtotal };
  const collections = "collections" in discount ? discount.collections : null;
  if (type === "free_shipping") return { type, ...shared, currency };
  if (type === "amount") {
    const of = currency ?? shopCurrency;
    return { type, amount: 10 * 10 ** currencyExponent(of), ...shared, collections, currency: of };
  }
  return { type: "percent", percent: 10, ...shared, collections, currency };
}
