import { BlockStack, Button, InlineStack } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";

/** Fields that most merchants leave as they are, behind a button. `isOpen`: shown whatever was chosen. */
export function More({ label, isOpen, children }: { label: string; isOpen: boolean; children: ReactNode }) {
  const [isShown, setIsShown] = useState(isOpen);
  // What was opened for a problem stays open while it is mended.
  if (isOpen && !isShown) setIsShown(true);
  return (
    <BlockStack gap="300">
      <InlineStack>
        <Button
          variant="plain"
          disclosure={isShown ? "up" : "down"}
          ariaExpanded={isShown}
          onClick={() => setIsShown(!isShown)}
        >
          {label}
        </Button>
      </InlineStack>
      {isShown && children}
    </BlockStack>
  );
}
