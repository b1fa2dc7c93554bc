import { BlockStack, Button, Text } from "@shopify/polaris";
import { useState } from "react";
import { Choice } from "./fields.tsx";
import { formatAgo } from "./format.ts";
import { deviceInWords } from "./plain-words.ts";

type TestDevice = {
  id: string;
  browser: string | null;
  os: string | null;
  deviceType: string | null;
  createdAt: string;
  page: string | null;
};

/** Chooses one of the newest devices and sends it a test push. */
export function TestPush({
  devices,
  now,
  isSending,
  result,
  onSend,
}: {
  devices: TestDevice[];
  now: string;
  isSending: boolean;
  result: { ok: boolean; message: string } | null;
  onSend: (subscriptionId: string) => void;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const id = devices.some((device) => device.id === chosen) ? chosen : (devices[0]?.id ?? null);
  if (id === null) {
    return (
      <Text as="p" tone="subdued">
        No device is subscribed yet.
      </Text>
    );
  }

  return (
    <BlockStack gap="200">
      <div className="bk-device-form">
        <Choice
          label="Device"
          value={id}
          options={devices.map((device) => ({
            value: device.id,
            label: `${deviceInWords(device)}, subscribed ${formatAgo(device.createdAt, now)}`,
          }))}
          onChange={setChosen}
        />
        <Button loading={isSending} onClick={() => onSend(id)}>
          Send a test push
        </Button>
      </div>
      {result ? (
        <div aria-live="polite">
          <Text as="p" tone={result.ok ? "success" : "critical"}>
            {result.message}
          </Text>
        </div>
      ) : null}
    </BlockStack>
  );
}
