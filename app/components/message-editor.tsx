import { BlockStack, Button, Divider, InlineStack } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";
import type { MessageStep } from "../journeys/definition.ts";
import type { MessageText } from "../journeys/message-text.ts";
import { OFFERED } from "../journeys/offered-product.ts";
import { ButtonsEditor } from "./buttons-editor.tsx";
import { ConditionBuilder } from "./condition-builder.tsx";
import { newCondition } from "./condition-fields.ts";
import { DiscountFields } from "./discount-fields.tsx";
import { Choice, TextInput, Tick } from "./fields.tsx";
import { languageName } from "./format.ts";
import type { FormProblem } from "./form-problems.ts";
import { LanguageTabs } from "./language-tabs.tsx";
import { MessageLinks } from "./message-links.tsx";
import { AddLanguage, InsertVariable } from "./message-menus.tsx";
import { More } from "./more.tsx";
import type { EditedText } from "./step-list.tsx";
import { isRightToLeft } from "./text-direction.ts";

/** One message of a journey: its words in each language, its buttons, its discount. */
export function MessageEditor({
  place,
  step,
  languages,
  mayDiscount,
  currency = "USD",
  hasSubject = true,
  variables,
  problems,
  edited,
  errorOf,
  below,
  onEdit,
  onChange,
}: {
  /** Of the step in the definition: "steps.1". */
  place: string;
  step: MessageStep;
  languages: string[];
  mayDiscount: boolean;
  /** The shop's own, where discounts may be given. */
  currency?: string;
  /** It is about a product or a cart: picture and link are theirs. Otherwise the merchant names them. */
  hasSubject?: boolean;
  variables: { name: string; description: string }[];
  problems: FormProblem[];
  edited: EditedText | null;
  errorOf: (path: string) => string | undefined;
  /** Stands between the words and the discount. */
  below: ReactNode;
  onEdit: (edited: EditedText) => void;
  onChange: (step: MessageStep) => void;
}) {
  const written = Object.keys(step.message);
  const [chosen, setChosen] = useState(written[0] ?? "en");
  const [focused, setFocused] = useState<"title" | "body">("body");
  const locale = step.message[chosen] ? chosen : (written[0] ?? chosen);
  const text = step.message[locale];
  const path = `${place}.message.${locale}`;
  const wrong = written.filter((language) =>
    problems.some((problem) => problem.path.startsWith(`${place}.message.${language}`)),
  );

  function choose(language: string) {
    setChosen(language);
    onEdit({ place, locale: language });
  }

  function write(changes: Partial<MessageText>) {
    if (!text) return;
    if (edited?.place !== place || edited.locale !== locale) onEdit({ place, locale });
    onChange({ ...step, message: { ...step.message, [locale]: { ...text, ...changes } } });
  }

  const hasProblem = (fields: string[], at: string) =>
    problems.some((problem) => fields.some((name) => problem.path.startsWith(`${at}.${name}`)));
  const look = () => onEdit({ place, locale });
  return (
    <BlockStack gap="300">
      <InlineStack align="end">
        <AddLanguage
          languages={languages.filter((language) => !written.includes(language))}
          onAdd={(language) => {
            onChange({ ...step, message: { ...step.message, [language]: { ...(text ?? { title: "", body: "" }) } } });
            choose(language);
          }}
        />
      </InlineStack>
      <LanguageTabs languages={written} chosen={locale} marked={wrong} isMarkedWrong onChoose={choose} />
      {text && (
        <BlockStack gap="300">
          <TextInput
            key={`${locale}.title`}
            label="Title"
            value={text.title}
            dir={isRightToLeft(locale) ? "rtl" : "ltr"}
            onChange={(value) => write({ title: value })}
            onFocus={() => {
              setFocused("title");
              look();
            }}
            error={errorOf(`${path}.title`)}
          />
          <TextInput
            key={`${locale}.body`}
            label="Text"
            lines={4}
            value={text.body}
            dir={isRightToLeft(locale) ? "rtl" : "ltr"}
            onChange={(value) => write({ body: value })}
            onFocus={() => {
              setFocused("body");
              look();
            }}
            error={errorOf(`${path}.body`)}
          />
          <InlineStack>
            <InsertVariable
              variables={variables}
              onInsert={(name) => write({ [focused]: `${text[focused]}{{ ${name} }}` })}
            />
          </InlineStack>
          <More label="Link, picture and buttons" isOpen={hasProblem(FOLDED_TEXT, path)} key={`${locale}.more`}>
            <MessageLinks
              key={`${locale}.links`}
              text={text}
              path={path}
              hasSubject={hasSubject}
              errorOf={errorOf}
              onFocus={look}
              onChange={write}
            />
            <ButtonsEditor
              key={`${locale}.actions`}
              actions={text.actions ?? []}
              path={`${path}.actions`}
              dir={isRightToLeft(locale) ? "rtl" : "ltr"}
              hasSubject={hasSubject}
              errorOf={errorOf}
              onFocus={look}
              onChange={(actions) => write({ actions: actions.length > 0 ? actions : undefined })}
            />
          </More>
          {written.length > 1 && (
            <InlineStack align="end">
              <Button
                variant="plain"
                tone="critical"
                onClick={() => {
                  onChange({
                    ...step,
                    message: Object.fromEntries(
                      Object.entries(step.message).filter(([language]) => language !== locale),
                    ),
                  });
                  choose(written.find((language) => language !== locale) ?? locale);
                }}
              >
                {`Remove ${languageName(locale)}`}
              </Button>
            </InlineStack>
          )}
        </BlockStack>
      )}
      {below}
      {hasSubject && (
        <More
          label="About what, and for whom"
          isOpen={Boolean(step.if ?? step.about) || hasProblem(["if", "about"], place)}
        >
          <OnlyFor step={step} place={place} currency={currency} errorOf={errorOf} onChange={onChange} />
        </More>
      )}
      {mayDiscount && (
        <>
          <Divider />
          <DiscountFields
            discount={step.discount}
            currency={currency}
            path={`${place}.discount`}
            errorOf={errorOf}
            onChange={(discount) => onChange({ ...step, discount })}
          />
        </>
      )}
    </BlockStack>
  );
}

const FOLDED_TEXT = ["url", "image", "actions"];

const ABOUT: Record<(typeof OFFERED)[number], string> = {
  alternative: "Another product: of another brand, or better",
  reduced: "A reduced product of the same line",
  best_seller: "What sells best",
};

/** Whom the message is for, and about which product it is. */
function OnlyFor({
  step,
  place,
  currency,
  errorOf,
  onChange,
}: {
  step: MessageStep;
  place: string;
  currency: string;
  errorOf: (path: string) => string | undefined;
  onChange: (step: MessageStep) => void;
}) {
  const { if: group, about, ...rest } = step;
  const known = { ...rest, ...(group ? { if: group } : {}) };
  return (
    <>
      <Choice
        label="About"
        value={about ?? ""}
        options={[
          { value: "", label: "What the journey is about" },
          ...OFFERED.map((value) => ({ value, label: ABOUT[value] })),
        ]}
        onChange={(next) => {
          const found = OFFERED.find((one) => one === next);
          onChange(found ? { ...known, about: found } : known);
        }}
        error={errorOf(`${place}.about`)}
        help={about ? "Left out when there is none at that moment." : undefined}
      />
      <Tick
        label="Only for some"
        checked={Boolean(group)}
        onChange={(isOn) => onChange({ ...step, if: isOn ? { all: [newCondition("country")] } : undefined })}
        help="The others go on without this message."
      />
      {group && (
        <ConditionBuilder
          group={group}
          path={`${place}.if`}
          currency={currency}
          errorOf={errorOf}
          onChange={(next) => onChange({ ...step, if: next })}
        />
      )}
    </>
  );
}
