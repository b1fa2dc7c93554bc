import { Button, InlineStack } from "@shopify/polaris";

/** Older pages of a list that is read by keyset: there is a first page and a next one, no numbers. */
export function KeysetPager({
  isFirstPage,
  hasNext,
  onFirst,
  onNext,
}: {
  isFirstPage: boolean;
  hasNext: boolean;
  onFirst: () => void;
  onNext: () => void;
}) {
  if (isFirstPage && !hasNext) return null;
  return (
    <div
      style={{
        padding: "var(--p-space-300) var(--p-space-400)",
        borderBlockStart: "1px solid var(--p-color-border-secondary)",
      }}
    >
      <InlineStack align="space-between">
        <Button disabled={isFirstPage} onClick={onFirst}>
          Newest
        </Button>
        <Button disabled={!hasNext} onClick={onNext}>
          Older
        </Button>
      </InlineStack>
    </div>
  );
}
