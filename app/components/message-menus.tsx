import { ActionList, Button, Popover } from "@shopify/polaris";
import { useState } from "react";
import { languageName } from "./format.ts";

/** Begins a text in another language of the shop. Nothing when all are written. */
export function AddLanguage({ languages, onAdd }: { languages: string[]; onAdd: (language: string) => void }) {
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

/** What a text can name. */
export function InsertVariable({
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
