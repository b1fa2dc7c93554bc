import { BlockStack, InlineStack, Text } from "@shopify/polaris";
import { languageName } from "./format.ts";
import { NotificationPreview } from "./notification-preview.tsx";
import type { PreviewMessage } from "./notification-preview.tsx";

/** A rendered text, or what is wrong with its Liquid. */
export type ShownPreview = {
  message?: PreviewMessage | null;
  problems?: { field: string; message: string; line: number; column: number }[];
  locale: string | null;
};

/** The message being edited, as it will look, or what is wrong with its Liquid. */
export function MessagePreview({
  preview,
  shopName,
  host,
  note = "With example values. The picture will be the product’s own.",
}: {
  preview: ShownPreview;
  shopName: string;
  host: string;
  note?: string;
}) {
  return (
    <BlockStack gap="300">
      <InlineStack align="space-between" blockAlign="center">
        <Text as="h2" variant="headingMd">
          Preview
        </Text>
        <Text as="span" tone="subdued">
          {preview.locale ? languageName(preview.locale) : ""}
        </Text>
      </InlineStack>
      {preview.problems && preview.problems.length > 0 ? (
        <BlockStack gap="100">
          {preview.problems.map((problem) => (
            <Text as="p" tone="critical" key={`${problem.field}${problem.line}${problem.column}`}>
              {`${fieldInWords(problem.field)}, line ${problem.line}, column ${problem.column}: ${problem.message}`}
            </Text>
          ))}
        </BlockStack>
      ) : preview.message ? (
        <NotificationPreview message={preview.message} shopName={shopName} host={host} />
      ) : (
        <Text as="p" tone="subdued">
          Write a title and a text to see them here.
        </Text>
      )}
      <Text as="p" variant="bodySm" tone="subdued">
        {note}
      </Text>
    </BlockStack>
  );
}

function fieldInWords(field: string): string {
  if (field === "title") return "Title";
  if (field === "body") return "Text";
  return "Button";
}
