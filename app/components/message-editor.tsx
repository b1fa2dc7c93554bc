import { BlockStack, Button, InlineStack, Popover, ActionList, Divider } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";
import type { MessageStep } from "../journeys/definition.ts";
import type { MessageText } from "../journeys/message-text.ts";
import { Panel } from "./admin-page.tsx";
import { DiscountFields } from "./discount-fields.tsx";
import { TextInput, Tick } from "./fields.tsx";
import { languageName } from "./format.ts";
import type { FormProblem } from "./form-problems.ts";
import type { EditedText } from "./journey-editor.tsx";
import { LanguageTabs } from "./language-tabs.tsx";
import { isRightToLeft } from "./text-direction.ts";

/** One message of a journey: its words in each language, its buttons, its discount. */
export function MessageEditor({
  title,
  index,
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
  title: string;
  index: number;
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
  const path = `steps.${index}.message.${locale}`;
  const wrong = written.filter((language) =>
    problems.some((problem) => problem.path.startsWith(`steps.${index}.message.${language}`)),
  );

  function choose(language: string) {
    setChosen(language);
    onEdit({ step: index, locale: language });
  }

  function write(changes: Partial<MessageText>) {
    if (!text) return;
    if (edited?.step !== index || edited.locale !== locale) onEdit({ step: index, locale });
    onChange({ ...step, message: { ...step.message, [locale]: { ...text, ...changes } } });
  }

  const look = () => onEdit({ step: index, locale });
  return (
    <Panel
      title={title}
      action={
        <AddLanguage
          languages={languages.filter((language) => !written.includes(language))}
          onAdd={(language) => {
            onChange({ ...step, message: { ...step.message, [language]: { ...(text ?? { title: "", body: "" }) } } });
            choose(language);
          }}
        />
      }
    >
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
          <InlineStack gap="300" blockAlign="center">
            <InsertVariable
              variables={variables}
              onInsert={(name) => write({ [focused]: `${text[focused]}{{ ${name} }}` })}
            />
            {hasSubject && (
              <Tick
                label="Show the product’s picture"
                checked={text.image !== null}
                onChange={(checked) => write({ image: checked ? undefined : null })}
              />
            )}
          </InlineStack>
          {!hasSubject && (
            <>
              <TextInput
                key={`${locale}.url`}
                label="Where a click leads"
                placeholder="/collections/new"
                value={text.url ?? ""}
                onChange={(value) => write({ url: value || null })}
                onFocus={look}
                error={errorOf(`${path}.url`)}
                help="A path of the shop, or an https address. Empty: the shop’s first page."
              />
              <TextInput
                key={`${locale}.image`}
                label="Picture"
                placeholder="https://"
                value={text.image ?? ""}
                onChange={(value) => write({ image: value || null })}
                onFocus={look}
                error={errorOf(`${path}.image`)}
                help="Its address, or empty for none. About 720 × 360 points."
              />
            </>
          )}
          {(text.actions ?? []).map((action, at) => (
            <TextInput
              key={`${locale}.${action.action}`}
              label={`Button ${at + 1}`}
              value={action.title}
              dir={isRightToLeft(locale) ? "rtl" : "ltr"}
              onChange={(value) =>
                write({ actions: text.actions?.map((old, i) => (i === at ? { ...old, title: value } : old)) })
              }
              onFocus={look}
              error={errorOf(`${path}.actions.${at}.title`)}
            />
          ))}
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
      {mayDiscount && (
        <>
          <Divider />
          <DiscountFields
            discount={step.discount}
            currency={currency}
            path={`steps.${index}.discount`}
            errorOf={errorOf}
            onChange={(discount) => onChange({ ...step, discount })}
          />
        </>
      )}
    </Panel>
  );
}

function AddLanguage({ languages, onAdd }: { languages: string[]; onAdd: (language: string) => void }) {
  const [isOpen, setIsOpen] = useState(false);
  if (languages.length === 0) return null;
  return (
    <Popover
      active={isOpen}
      onClose={() => setIsOpen(false)}
      activator={
        <Button variant="plain" disclosure onClick={() => setIsOpen(!isOpen)}>
          Add a language
        </Button>
      }
    >
      <ActionList
        items={languages.map((language) => ({
          content: languageName(language),
          onAction: () => {
            setIsOpen(false);
            onAdd(language);
          },
        }))}
      />
    </Popover>
  );
}

function InsertVariable({
  variables,
  onInsert,
}: {
  variables: { name: string; description: string }[];
  onInsert: (name: string) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      active={isOpen}
      onClose={() => setIsOpen(false)}
      fullHeight
      activator={
        <Button size="slim" disclosure onClick={() => setIsOpen(!isOpen)}>
          Insert a variable
        </Button>
      }
    >
      <ActionList
        items={variables.map(({ name, description }) => ({
          content: name,
          helpText: description,
          onAction: () => {
            setIsOpen(false);
            onInsert(name);
          },
        }))}
      />
    </Popover>
  );
}
