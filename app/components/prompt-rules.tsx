import { BlockStack, Text } from "@shopify/polaris";
import type { ShopSettings } from "../shop-settings.ts";
import { NumberInput, Tick } from "./fields.tsx";

type Rules = ShopSettings["prompt"]["desktop"];

const MEASURES = [
  { field: "afterSeconds", label: "After some time on a page", unit: "seconds", fallback: 20, most: 600 },
  { field: "afterScrollPercent", label: "After scrolling part of a page", unit: "percent", fallback: 50, most: 100 },
  { field: "afterPageViews", label: "After several pages", unit: "pages", fallback: 3, most: 50 },
] as const;

/** When the prompt may appear on one kind of device. */
export function PromptRules({
  label,
  rules,
  path,
  errorOf,
  onChange,
}: {
  label: string;
  rules: Rules;
  path: string;
  errorOf: (path: string) => string | undefined;
  onChange: (rules: Rules) => void;
}) {
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {label}
      </Text>
      <Tick
        label="Ask by itself"
        checked={rules.enabled}
        onChange={(enabled) => onChange({ ...rules, enabled })}
        help={rules.enabled ? undefined : "The bell and the product buttons still work."}
      />
      {rules.enabled && (
        <div className="bk-rules">
          {MEASURES.map(({ field, label: name, unit, fallback, most }) => {
            const value = rules[field];
            return (
              <div key={field} className="bk-rule">
                <Tick
                  label={name}
                  checked={value !== null}
                  onChange={(checked) => onChange({ ...rules, [field]: checked ? fallback : null })}
                />
                {value !== null && (
                  <div className="bk-rule-number">
                    <NumberInput
                      label={name}
                      labelHidden
                      unit={unit}
                      value={value}
                      least={1}
                      most={most}
                      onChange={(next) => onChange({ ...rules, [field]: next })}
                      error={errorOf(`${path}.${field}`)}
                    />
                  </div>
                )}
              </div>
            );
          })}
          <Tick
            label="After something was put into the cart"
            checked={rules.afterAddToCart}
            onChange={(afterAddToCart) => onChange({ ...rules, afterAddToCart })}
          />
          <Tick
            label="When they are about to leave"
            checked={rules.onExitIntent}
            onChange={(onExitIntent) => onChange({ ...rules, onExitIntent })}
          />
        </div>
      )}
    </BlockStack>
  );
}
