import { BlockStack, Button, Text } from "@shopify/polaris";
import type { ReactNode } from "react";

export type ChecklistStep = {
  id: string;
  title: string;
  isDone: boolean;
  /** Not counted among the steps. */
  isOptional?: boolean;
  text: string;
  /** Opens outside the admin's frame. */
  link?: { label: string; url: string };
  extra?: ReactNode;
};

/** Steps to take once, each with its state and the place where it is done. */
export function Checklist({ steps }: { steps: ChecklistStep[] }) {
  return (
    <BlockStack gap="500">
      {steps.map((step, index) => (
        <div className="bk-step" key={step.id} data-beckon-step={step.id} data-done={step.isDone}>
          <span className="bk-step-number" data-done={step.isDone} aria-hidden>
            {step.isDone ? "✓" : step.isOptional ? "+" : index + 1}
          </span>
          <BlockStack gap="200" inlineAlign="start">
            <BlockStack gap="100">
              <Text as="h3" variant="headingSm">
                {step.title}
                {step.isDone ? (
                  <Text as="span" visuallyHidden>
                    {" "}
                    (done)
                  </Text>
                ) : null}
              </Text>
              <Text as="p" tone="subdued">
                {step.text}
              </Text>
            </BlockStack>
            {step.link ? (
              <Button url={step.link.url} target="_blank" variant={step.isDone ? "plain" : "secondary"}>
                {step.link.label}
              </Button>
            ) : null}
            {step.extra}
          </BlockStack>
        </div>
      ))}
    </BlockStack>
  );
}
