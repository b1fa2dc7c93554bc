import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import type { PromptTexts } from "../shop-settings.ts";
import { TextInput } from "./fields.tsx";
import { LanguageTabs } from "./language-tabs.tsx";
import { PromptPreview } from "./prompt-preview.tsx";
import { isRightToLeft } from "./text-direction.ts";

const FIELDS = [
  { field: "title", label: "Title", longest: 60 },
  { field: "body", label: "Text", longest: 200, lines: 4 },
  { field: "accept", label: "Yes", longest: 30 },
  { field: "dismiss", label: "Not now", longest: 30 },
] as const;

/** The prompt's words, language by language, with what a shopper will see. */
export function PromptTextsEditor({
  languages,
  texts,
  defaults,
  shopName,
  errorOf,
  onChange,
}: {
  languages: string[];
  texts: Record<string, PromptTexts>;
  defaults: Record<string, PromptTexts>;
  shopName: string;
  errorOf: (path: string) => string | undefined;
  onChange: (texts: Record<string, PromptTexts>) => void;
}) {
  const [chosen, setChosen] = useState(languages[0] ?? "en");
  const own = texts[chosen];
  const ours = defaults[chosen] ?? defaults[chosen.split("-")[0] ?? ""];
  const shown = own ?? ours ?? defaults.en;
  if (!shown) return null;

  const change = (part: Partial<PromptTexts>) => onChange({ ...texts, [chosen]: { ...shown, ...part } });
  return (
    <BlockStack gap="400">
      <LanguageTabs languages={languages} chosen={chosen} marked={Object.keys(texts)} onChoose={setChosen} />
      <PromptPreview texts={shown} locale={own || ours ? chosen : "en"} shopName={shopName} />
      {FIELDS.map(({ field, label, longest, ...rest }) => (
        <TextInput
          key={`${chosen}.${field}`}
          label={label}
          value={shown[field]}
          longest={longest}
          dir={isRightToLeft(chosen) && (own || ours) ? "rtl" : "ltr"}
          onChange={(value) => change({ [field]: value })}
          error={errorOf(`prompt.texts.${chosen}.${field}`)}
          {...rest}
        />
      ))}
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <Text as="p" tone="subdued">
          {own ? "Your words." : ours ? "Our words." : "We have no words in this language yet: English is shown."}
        </Text>
        {own && (
          <Button
            variant="plain"
            onClick={() => onChange(Object.fromEntries(Object.entries(texts).filter(([locale]) => locale !== chosen)))}
          >
            Go back to ours
          </Button>
        )}
      </InlineStack>
    </BlockStack>
  );
}
