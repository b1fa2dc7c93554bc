import { BlockStack, Button, InlineStack, Tag, Text } from "@shopify/polaris";
import { useFetcher } from "@remix-run/react";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { TextInput } from "./fields.tsx";

type Collection = { id: string; title: string };
type Found = { collections: Collection[]; chosen: Collection[]; isUnreachable: boolean };

const SEARCH_AFTER_MS = 300;

/** Collections of the shop, found by a few letters of their titles. */
export function CollectionPicker({
  label,
  chosen,
  onChange,
  error,
  help,
}: {
  label: string;
  /** Ids. */
  chosen: string[];
  onChange: (ids: string[]) => void;
  error?: string | undefined;
  help?: ReactNode;
}) {
  const { load, data, state } = useFetcher<Found>();
  const [query, setQuery] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const ids = chosen.join(",");

  useEffect(() => {
    if (!isOpen && ids === "") return;
    const timer = setTimeout(
      () => load(`/app/collections?${new URLSearchParams({ query, ids })}`),
      query === "" ? 0 : SEARCH_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [load, query, ids, isOpen]);

  const known = [...(data?.chosen ?? []), ...(data?.collections ?? [])];
  const titleOf = (id: string) => known.find((one) => one.id === id)?.title ?? `Collection ${id}`;
  const offered = (data?.collections ?? []).filter(({ id }) => !chosen.includes(id));

  return (
    <BlockStack gap="200">
      <InlineStack align="space-between" blockAlign="center">
        <Text as="span">{label}</Text>
        <Button variant="plain" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? "Done" : "Choose collections"}
        </Button>
      </InlineStack>
      {chosen.length > 0 && (
        <InlineStack gap="200">
          {chosen.map((id) => (
            <Tag key={id} onRemove={() => onChange(chosen.filter((one) => one !== id))}>
              {titleOf(id)}
            </Tag>
          ))}
        </InlineStack>
      )}
      {isOpen && (
        <BlockStack gap="200">
          <TextInput label="Find a collection" value={query} onChange={setQuery} placeholder="Shirts" />
          {data?.isUnreachable ? (
            <Text as="p" tone="critical">
              Shopify does not answer at the moment. Try again in a minute.
            </Text>
          ) : offered.length === 0 ? (
            <Text as="p" tone="subdued">
              {state === "idle" && data ? "No other collection is called so." : "Looking …"}
            </Text>
          ) : (
            <InlineStack gap="200">
              {offered.map(({ id, title }) => (
                <Button key={id} size="slim" onClick={() => onChange([...chosen, id])}>
                  {title}
                </Button>
              ))}
            </InlineStack>
          )}
        </BlockStack>
      )}
      {error ? (
        <Text as="p" tone="critical">
          {error}
        </Text>
      ) : (
        <Text as="p" variant="bodySm" tone="subdued">
          {help}
        </Text>
      )}
    </BlockStack>
  );
}
