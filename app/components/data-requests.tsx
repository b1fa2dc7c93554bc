import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { formatTime } from "./format.ts";

/** Requests of customers for their data that Shopify passed on. */
export function DataRequests({
  requests,
  timezone,
  loading,
  onDownload,
}: {
  requests: { customerId: string; requestedAt: string }[];
  timezone: string;
  /** The customer whose data is being fetched. */
  loading: string | null;
  onDownload: (customerId: string) => void;
}) {
  if (requests.length === 0) {
    return (
      <Text as="p" tone="subdued">
        No customer has asked for their data.
      </Text>
    );
  }
  return (
    <BlockStack gap="300">
      {requests.map(({ customerId, requestedAt }) => (
        <InlineStack key={`${customerId}${requestedAt}`} align="space-between" blockAlign="center" gap="200">
          <Text as="span">{`Customer ${customerId}, ${formatTime(requestedAt, timezone)}`}</Text>
          <Button size="slim" loading={loading === customerId} onClick={() => onDownload(customerId)}>
            Download
          </Button>
        </InlineStack>
      ))}
    </BlockStack>
  );
}

/** Hands a file to the merchant's browser. */
export function saveFile(name: string, content: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
