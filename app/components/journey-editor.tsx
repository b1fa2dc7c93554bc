import { BlockStack, Card, Text } from "@shopify/polaris";
import type { JourneyDefinition } from "../journeys/definition.ts";
import { Inset } from "./admin-page.tsx";
import { delayInWords } from "./delay-text.ts";
import { problemAt } from "./form-problems.ts";
import { JourneyRules } from "./journey-rules.tsx";
import { MessagePreview } from "./message-preview.tsx";
import type { ShownPreview } from "./message-preview.tsx";
import { triggerInWords } from "./plain-words.ts";
import { StepList } from "./step-list.tsx";
import type { StepTools } from "./step-list.tsx";

type EditorProps = Pick<StepTools, "languages" | "mayDiscount" | "currency" | "variables" | "problems" | "edited"> & {
  definition: JourneyDefinition;
  minimumDelayMs: number;
  /** What the journey weighs by itself when messages compete. */
  ownPriority: number;
  preview: ShownPreview & { place: string | null };
  shopName: string;
  host: string;
  note: string;
  onEdit: StepTools["onEdit"];
  onChange: (definition: JourneyDefinition) => void;
};

/** A journey's steps and rules, editable, with the message that is being edited beside (on a phone below) them. */
export function JourneyEditor({
  definition,
  minimumDelayMs,
  ownPriority,
  preview,
  shopName,
  host,
  note,
  onChange,
  ...known
}: EditorProps) {
  const shown = <MessagePreview preview={preview} shopName={shopName} host={host} />;
  const tools: StepTools = {
    ...known,
    begins: triggerInWords(definition.trigger.type),
    leastWait: minimumDelayMs > 0 ? delayInWords(minimumDelayMs) : null,
    errorOf: (path) => problemAt(known.problems, path),
    // On a phone the preview stands below the message it shows, not a screen away.
    previewBelow: (place) => (preview.place === place ? <div className="bk-only-narrow">{shown}</div> : null),
  };
  return (
    <div className="bk-split">
      <BlockStack gap="400">
        <StepList
          steps={definition.steps}
          place="steps"
          tools={tools}
          onChange={(steps) => onChange({ ...definition, steps })}
        />
        <JourneyRules
          definition={definition}
          currency={known.currency}
          ownPriority={ownPriority}
          errorOf={tools.errorOf}
          onChange={onChange}
        />
        <Inset>
          <Text as="p" tone="subdued">
            {note}
          </Text>
        </Inset>
      </BlockStack>

      <div className="bk-sticky bk-only-wide">
        <Card>{shown}</Card>
      </div>
    </div>
  );
}
