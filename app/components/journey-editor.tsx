import { BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import type { JourneyDefinition, MessageStep, Step, WaitStep } from "../journeys/definition.ts";
import { allSteps } from "../journeys/step-paths.ts";
import { Inset, Panel } from "./admin-page.tsx";
import { areByCartTotal, DelayBands } from "./delay-bands.tsx";
import { delayInWords } from "./delay-text.ts";
import { DelayField } from "./delay-field.tsx";
import type { FormProblem } from "./form-problems.ts";
import { problemAt } from "./form-problems.ts";
import { languageName } from "./format.ts";
import { MessageEditor } from "./message-editor.tsx";
import { NotificationPreview } from "./notification-preview.tsx";
import { sentence, triggerInWords } from "./plain-words.ts";
import { stepInWords } from "./step-words.ts";
import type { PreviewMessage } from "./notification-preview.tsx";

/** What begins journeys about a cart, whose waits may differ by what it comes to. */
const ABOUT_A_CART: ReadonlySet<string> = new Set(["cart_left", "checkout_left", "cart_left_below_threshold"]);

/** Which text is on the screen's right: a step and a language. */
export type EditedText = { step: number; locale: string };

type EditorProps = {
  definition: JourneyDefinition;
  languages: string[];
  mayDiscount: boolean;
  currency: string;
  minimumDelayMs: number;
  variables: { name: string; description: string }[];
  problems: FormProblem[];
  edited: EditedText | null;
  preview: {
    message?: PreviewMessage | null;
    problems?: { field: string; message: string; line: number; column: number }[];
    step: number;
    locale: string | null;
  };
  shopName: string;
  host: string;
  note: string;
  onEdit: (edited: EditedText) => void;
  onChange: (definition: JourneyDefinition) => void;
};

/** A journey's steps, editable, with the message that is being edited beside (on a phone below) them. */
export function JourneyEditor(props: EditorProps) {
  const { definition, minimumDelayMs, problems, preview, shopName, host, note, onChange } = props;
  const errorOf = (path: string) => problemAt(problems, path);
  const shown = <MessagePreview preview={preview} shopName={shopName} host={host} />;
  const messages = [...allSteps(definition)].flatMap(({ step }) => (step.type === "message" ? [step] : []));

  function replaceStep(index: number, step: JourneyDefinition["steps"][number]) {
    onChange({ ...definition, steps: definition.steps.map((old, at) => (at === index ? step : old)) });
  }

  return (
    <div className="bk-split">
      <BlockStack gap="400">
        {definition.steps.map((step, index) =>
          isPlainWait(step) ? (
            <Panel key={index}>
              <DelayField
                delay={step.delay}
                from={step.from}
                begins={triggerInWords(definition.trigger.type)}
                isFirst={index === 0}
                error={errorOf(`steps.${index}.delay`)}
                onChange={(changes) => replaceStep(index, { ...step, ...changes })}
              />
              {(step.bands || ABOUT_A_CART.has(definition.trigger.type)) && (
                <DelayBands
                  bands={step.bands ?? []}
                  currency={props.currency}
                  errorOf={(path) => errorOf(`steps.${index}.${path}`)}
                  onChange={(bands) => replaceStep(index, { ...step, bands })}
                />
              )}
              {index === 0 && minimumDelayMs > 0 && (
                <Text as="p" tone="subdued">
                  {`Never sooner than ${delayInWords(minimumDelayMs)}.`}
                </Text>
              )}
            </Panel>
          ) : step.type === "message" ? (
            <MessageEditor
              key={index}
              {...props}
              title={messages.length > 1 ? `Message ${messages.indexOf(step) + 1}` : "Message"}
              index={index}
              step={step}
              errorOf={errorOf}
              // On a phone the preview stands below the message it shows, not a screen away.
              below={preview.step === index ? <div className="bk-only-narrow">{shown}</div> : null}
              onChange={(changed: MessageStep) => replaceStep(index, changed)}
            />
          ) : (
            <StepInWords key={index} step={step} />
          ),
        )}
        {definition.exits.includes("returned") && (
          <Text as="p" tone="subdued">
            Ends when the shopper comes back by themselves after a message.
          </Text>
        )}
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

/** What is written for this step by hand or by the API. The form keeps it as it is. */
function StepInWords({ step }: { step: Step }) {
  return (
    <Panel title={sentence(step.type)}>
      <BlockStack gap="100">
        {stepInWords(step).map(({ level, text }, index) => (
          <div key={index} style={{ paddingInlineStart: `${level * 0.75}rem`, overflowWrap: "anywhere" }}>
            <Text as="p">{text}</Text>
          </div>
        ))}
        <Text as="p" variant="bodySm" tone="subdued">
          This step is changed through the API.
        </Text>
      </BlockStack>
    </Panel>
  );
}

function isPlainWait(step: Step): step is WaitStep & { delay: string; from: "previous" | "trigger" } {
  if (step.type !== "wait") return false;
  return step.delay !== undefined && step.from !== "seen" && step.at === undefined && areByCartTotal(step.bands);
}

/** The message being edited, as it will look, or what is wrong with its Liquid. */
export function MessagePreview({
  preview,
  shopName,
  host,
  note = "With example values. The picture will be the product’s own.",
}: Pick<EditorProps, "preview" | "shopName" | "host"> & { note?: string }) {
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
