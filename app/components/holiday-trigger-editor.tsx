import { BlockStack, Button, FormLayout, InlineGrid, InlineStack } from "@shopify/polaris";
import { useState } from "react";
import type { ChosenHoliday, HolidayTrigger } from "../journeys/holiday-trigger.ts";
import { Notice, Panel } from "./admin-page.tsx";
import { NumberInput, TextInput, Tick } from "./fields.tsx";
import { problemAt } from "./form-problems.ts";
import { HourField } from "./hour-field.tsx";
import type { TriggerEditorProps } from "./trigger-editor.tsx";

/** Which holidays are written for, when before them, and to which countries. */
export function HolidayTriggerEditor({ trigger, facts, problems, onChange }: TriggerEditorProps<HolidayTrigger>) {
  const { holidays } = trigger;
  const known = new Set(facts.holidays.map(({ id }) => id));
  const setHolidays = (next: ChosenHoliday[]) => onChange({ ...trigger, holidays: next });
  const change = (id: string, changes: Partial<ChosenHoliday>) =>
    setHolidays(holidays.map((one) => (one.id === id ? { ...one, ...changes } : one)));
  const remove = (id: string) => setHolidays(holidays.filter((one) => one.id !== id));
  const errorOf = (path: string) => problemAt(problems, `trigger.${path}`);

  return (
    <Panel title="Holidays" description="Each shopper gets the message on the day their own country has.">
      {holidays.length === 0 && (
        <Notice tone="warning" title="No holiday is chosen yet">
          Nothing is sent until you choose at least one.
        </Notice>
      )}
      <InlineGrid columns={{ xs: 1, sm: 2, lg: 3 }} gap="200">
        {facts.holidays.map(({ id, name, next }) => (
          <Tick
            key={id}
            label={name}
            checked={holidays.some((one) => one.id === id)}
            onChange={(isChosen) => (isChosen ? setHolidays([...holidays, { id, daysBefore: 0 }]) : remove(id))}
            help={next ? dayInWords(next) : undefined}
          />
        ))}
      </InlineGrid>

      <FormLayout>
        {holidays.map((one, index) =>
          known.has(one.id) ? (
            <NumberInput
              key={one.id}
              label={`${nameOf(one, facts.holidays)}: days before`}
              value={one.daysBefore}
              least={0}
              most={14}
              onChange={(daysBefore) => change(one.id, { daysBefore })}
              error={errorOf(`holidays.${index}.daysBefore`)}
            />
          ) : (
            <OwnHoliday
              key={one.id}
              holiday={one}
              error={errorOf(`holidays.${index}.names`) ?? errorOf(`holidays.${index}.names.en`)}
              dateError={errorOf(`holidays.${index}.dates`) ?? errorOf(`holidays.${index}.dates.0`)}
              onChange={(changes) => change(one.id, changes)}
              onRemove={() => remove(one.id)}
            />
          ),
        )}
      </FormLayout>
      <InlineStack>
        <Button onClick={() => setHolidays([...holidays, ownHoliday(holidays)])}>Add a day of your own</Button>
      </InlineStack>

      <HourField hour={trigger.hour} error={errorOf("hour")} onChange={(hour) => onChange({ ...trigger, hour })} />
      <CountriesField
        countries={trigger.countries}
        error={errorOf("countries") ?? problems.find(({ path }) => path.startsWith("trigger.countries."))?.message}
        onChange={(countries) => onChange({ ...trigger, countries })}
      />
    </Panel>
  );
}

function OwnHoliday({
  holiday,
  error,
  dateError,
  onChange,
  onRemove,
}: {
  holiday: ChosenHoliday;
  error: string | undefined;
  dateError: string | undefined;
  onChange: (changes: Partial<ChosenHoliday>) => void;
  onRemove: () => void;
}) {
  const { names = {}, dates = [] } = holiday;
  return (
    <BlockStack gap="200">
      <FormLayout.Group>
        <TextInput
          label="Name of the day"
          value={names.en ?? ""}
          onChange={(en) => onChange({ names: { ...names, en } })}
          error={error}
        />
        <TextInput
          label="Days"
          value={dates.join(", ")}
          placeholder="03-14"
          onChange={(text) => onChange({ dates: text.split(",").map((part) => part.trim()) })}
          error={dateError}
          help="03-14 is every year; 2027-03-14 only then"
          dir="ltr"
        />
      </FormLayout.Group>
      <InlineStack>
        <Button variant="plain" tone="critical" onClick={onRemove}>
          Remove this day
        </Button>
      </InlineStack>
    </BlockStack>
  );
}

function CountriesField({
  countries,
  error,
  onChange,
}: {
  countries: string[] | null;
  error: string | undefined;
  onChange: (countries: string[] | null) => void;
}) {
  // What is typed stays as typed, until it is set from outside.
  const [typed, setTyped] = useState({ text: countries?.join(", ") ?? "", countries });
  const text = typed.countries === countries ? typed.text : (countries?.join(", ") ?? "");
  return (
    <TextInput
      label="Only in these countries"
      value={text}
      placeholder="US, TR"
      onChange={(next) => {
        const parts = next.split(/[\s,]+/).filter((part) => part !== "");
        const read = parts.length === 0 ? null : parts.map((part) => part.toUpperCase());
        setTyped({ text: next, countries: read });
        onChange(read);
      }}
      error={error}
      help="Two letters each, with commas between. Empty: in every country that has the holiday."
      dir="ltr"
    />
  );
}

function nameOf({ id }: ChosenHoliday, known: { id: string; name: string }[]): string {
  return known.find((one) => one.id === id)?.name ?? id;
}

function ownHoliday(holidays: ChosenHoliday[]): ChosenHoliday {
  const taken = new Set(holidays.map(({ id }) => id));
  let number = 1;
  while (taken.has(`own_${number}`)) number += 1;
  return { id: `own_${number}`, daysBefore: 0, names: { en: "" }, dates: [""] };
}

function dayInWords(day: string): string {
  const format = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `Next: ${format.format(new Date(`${day}T00:00:00Z`))}`;
}
