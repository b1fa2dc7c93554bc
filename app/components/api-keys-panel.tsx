import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import { Notice } from "./admin-page.tsx";
import { ConfirmedButton } from "./confirmed-button.tsx";
import { TextInput } from "./fields.tsx";
import { formatTime } from "./format.ts";

export type ListedKey = { id: number; name: string; hint: string; createdAt: string; lastUsedAt: string | null };

/** Makes, lists and revokes keys of the REST API. A new key is shown this once. */
export function ApiKeysPanel({
  keys,
  apiUrl,
  timezone,
  createdKey,
  error,
  isBusy,
  onCreate,
  onRevoke,
}: {
  keys: ListedKey[];
  apiUrl: string;
  timezone: string;
  createdKey: string | null;
  error: string | undefined;
  isBusy: boolean;
  onCreate: (name: string) => void;
  onRevoke: (id: number) => void;
}) {
  const [name, setName] = useState("");

  return (
    <BlockStack gap="400">
      <BlockStack gap="100">
        <Text as="p" tone="subdued">
          Address. What it offers is described at /openapi.json below it.
        </Text>
        <code className="bk-key">{apiUrl}</code>
      </BlockStack>

      {createdKey && (
        <Notice tone="success" title="Copy the key now: it is not shown again">
          <code className="bk-key" data-beckon-key>
            {createdKey}
          </code>
        </Notice>
      )}

      {keys.length === 0 ? (
        <Text as="p" tone="subdued">
          No keys yet.
        </Text>
      ) : (
        <BlockStack gap="300">
          {keys.map((key) => (
            <InlineStack key={key.id} align="space-between" blockAlign="center" gap="200">
              <BlockStack>
                <Text as="span" fontWeight="medium">
                  {key.name}
                </Text>
                <Text as="span" variant="bodySm" tone="subdued">
                  {`bk_…${key.hint}, made ${formatTime(key.createdAt, timezone)}, ${
                    key.lastUsedAt ? `last used ${formatTime(key.lastUsedAt, timezone)}` : "never used"
                  }`}
                </Text>
              </BlockStack>
              <ConfirmedButton
                label="Revoke"
                confirmation="Revoke for good"
                isBusy={isBusy}
                isPlain
                onConfirm={() => onRevoke(key.id)}
              />
            </InlineStack>
          ))}
        </BlockStack>
      )}

      <form
        className="bk-inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          onCreate(name);
          setName("");
        }}
      >
        <TextInput
          label="Name of a new key"
          value={name}
          onChange={setName}
          placeholder="Warehouse system"
          error={error}
        />
        <Button submit loading={isBusy}>
          Make a key
        </Button>
      </form>
    </BlockStack>
  );
}
