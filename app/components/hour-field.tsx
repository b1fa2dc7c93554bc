import { FormLayout } from "@shopify/polaris";
import { Choice, TextInput } from "./fields.tsx";

const FIRST_TIME = "10:00";

/** The hour of the day at which messages leave: each shopper's own, or one for all. */
export function HourField({
  hour,
  error,
  onChange,
}: {
  hour: string;
  error?: string | undefined;
  onChange: (hour: string) => void;
}) {
  const isBest = hour === "best";
  return (
    <FormLayout>
      <FormLayout.Group>
        <Choice
          label="Time of day"
          value={isBest ? "best" : "fixed"}
          options={[
            { value: "best", label: "When each shopper is usually there" },
            { value: "fixed", label: "The same time for everybody" },
          ]}
          onChange={(next) => onChange(next === "best" ? "best" : FIRST_TIME)}
          help={isBest ? "Learnt from visits and clicks; 10:00 until that is known." : "By the shopper’s own clock."}
          error={isBest ? error : undefined}
        />
        {!isBest && <TextInput label="Time" type="time" value={hour} onChange={onChange} error={error} />}
      </FormLayout.Group>
    </FormLayout>
  );
}
