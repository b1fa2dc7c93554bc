import { BlockStack, Button, ButtonGroup, InlineStack, Popover } from "@shopify/polaris";
import { useState } from "react";
import { TextInput } from "./fields.tsx";
import { formatDay } from "./format.ts";

export type PickedPeriod = { from: string; to: string };

/** Days to look at: one of three lengths, or two dates of the shop's calendar. */
export function PeriodPicker({
  period,
  days,
  onPick,
}: {
  period: PickedPeriod;
  /** The length chosen, null for dates of their own. */
  days: number | null;
  onPick: (query: { days: number } | PickedPeriod) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const [dates, setDates] = useState(period);
  const lengths = [7, 30, 90];

  return (
    <InlineStack gap="200" blockAlign="center" wrap>
      <ButtonGroup variant="segmented">
        {lengths.map((length) => (
          <Button key={length} pressed={days === length} onClick={() => onPick({ days: length })}>
            {`${length} days`}
          </Button>
        ))}
      </ButtonGroup>
      <Popover
        active={isOpen}
        onClose={() => setIsOpen(false)}
        sectioned
        activator={
          <Button
            disclosure
            onClick={() => {
              setDates(period);
              setIsOpen(!isOpen);
            }}
          >
            {`${formatDay(period.from)} – ${formatDay(period.to)}`}
          </Button>
        }
      >
        <BlockStack gap="300">
          <TextInput
            label="First day"
            type="date"
            value={dates.from}
            onChange={(from) => setDates({ ...dates, from })}
          />
          <TextInput label="Last day" type="date" value={dates.to} onChange={(to) => setDates({ ...dates, to })} />
          <Button
            variant="primary"
            onClick={() => {
              setIsOpen(false);
              onPick(dates);
            }}
          >
            Show
          </Button>
        </BlockStack>
      </Popover>
    </InlineStack>
  );
}
