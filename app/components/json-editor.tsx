import { Button, InlineStack, List, Text } from "@shopify/polaris";
import { useState } from "react";
import { Panel } from "./admin-page.tsx";
import { TextInput } from "./fields.tsx";
import type { FormProblem } from "./form-problems.ts";
import { jsonFault, placeInJson } from "./json-places.ts";
import type { Place } from "./json-places.ts";

/** What the server said of a text: problems, or nothing. Null: it was not asked yet, or has not answered. */
type Verdict = { text: string; problems: FormProblem[] } | null;

/**
 * The whole definition as the API knows it. A text is checked before it takes the form's place, so that the form never
 * shows half a journey; nothing is saved by it.
 */
export function JsonEditor({
  definition,
  verdict,
  isChecking,
  onCheck,
}: {
  definition: object;
  verdict: Verdict;
  isChecking: boolean;
  onCheck: (text: string) => void;
}) {
  const [text, setText] = useState<string | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  if (text === null) {
    return (
      <InlineStack>
        <Button variant="plain" onClick={() => setText(JSON.stringify(definition, null, 2))}>
          Edit as JSON
        </Button>
      </InlineStack>
    );
  }

  const fault = asked === text ? jsonFault(text) : null;
  const problems = verdict?.text === text ? verdict.problems : [];
  const lines = fault
    ? [`${where(fault.place)}${fault.message}`]
    : problems.map(({ path, message }) => `${where(placeInJson(text, path))}${path} ${message}`);
  return (
    <Panel
      title="As JSON"
      description="The same journey as the REST API reads and writes it. What you take over is shown above, and saved with Save."
    >
      <div className="bk-json">
        <TextInput
          label="Definition"
          lines={18}
          value={text}
          dir="ltr"
          onChange={setText}
          error={lines.length > 0 ? "This cannot be taken over yet." : undefined}
        />
      </div>
      {lines.length > 0 && (
        <div data-beckon-json-problems>
          <List>
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        </div>
      )}
      {verdict?.text === text && problems.length === 0 && (
        <Text as="p" tone="success">
          Taken over.
        </Text>
      )}
      <InlineStack gap="300">
        <Button
          loading={isChecking}
          onClick={() => {
            setAsked(text);
            if (!jsonFault(text)) onCheck(text);
          }}
        >
          Take over
        </Button>
        <Button variant="plain" onClick={() => setText(null)}>
          Close
        </Button>
      </InlineStack>
    </Panel>
  );
}

function where(place: Place): string {
  return `Line ${place.line}, column ${place.column}: `;
}
