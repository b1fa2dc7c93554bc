import { InlineStack, Text } from "@shopify/polaris";
import { formatNumber } from "./format.ts";

/** What was counted, and how many of it at the line's end. */
export function CountLine({ label, count }: { label: string; count: number }) {
  return (
    <InlineStack align="space-between" gap="400" wrap={false}>
      <Text as="span" breakWord>
        {label}
      </Text>
      <Text as="span" numeric>
        {formatNumber(count)}
      </Text>
    </InlineStack>
  );
}
