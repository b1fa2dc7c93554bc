import { Button, InlineStack } from "@shopify/polaris";
import { useState } from "react";

/** A step that cannot be undone: it takes a second press on another button. */
export function ConfirmedButton({
  label,
  confirmation,
  isBusy,
  isPlain = false,
  onConfirm,
}: {
  label: string;
  confirmation: string;
  isBusy: boolean;
  isPlain?: boolean;
  onConfirm: () => void;
}) {
  const [isAsking, setIsAsking] = useState(false);
  if (!isAsking) {
    return (
      <InlineStack>
        <Button
          tone="critical"
          variant={isPlain ? "plain" : "secondary"}
          loading={isBusy}
          onClick={() => setIsAsking(true)}
        >
          {label}
        </Button>
      </InlineStack>
    );
  }
  return (
    <InlineStack gap="200">
      <Button
        tone="critical"
        variant="primary"
        loading={isBusy}
        onClick={() => {
          setIsAsking(false);
          onConfirm();
        }}
      >
        {confirmation}
      </Button>
      <Button disabled={isBusy} onClick={() => setIsAsking(false)}>
        Keep
      </Button>
    </InlineStack>
  );
}
