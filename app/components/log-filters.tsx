import { Button } from "@shopify/polaris";
import { useState } from "react";
import { LOG_STATES } from "../reports/report-store.ts";
import type { LogFilter } from "../reports/report-store.ts";
import { Choice, TextInput } from "./fields.tsx";
import { LOG_STATE_WORDS } from "./plain-words.ts";

/** Narrows the push log: journey, state and visitor. */
export function LogFilters({
  filter,
  journeys,
  onChange,
}: {
  filter: LogFilter;
  journeys: { kind: string; name: string }[];
  onChange: (changes: { journey?: string; state?: string; visitor?: string }) => void;
}) {
  const [visitor, setVisitor] = useState(filter.visitorId ?? "");
  return (
    <form
      className="bk-filters"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ visitor });
      }}
    >
      <Choice
        label="Journey"
        value={filter.journey ?? ""}
        options={[
          { value: "", label: "All journeys" },
          ...journeys.map(({ kind, name }) => ({ value: kind, label: name })),
          { value: "direct", label: "Sent by hand" },
        ]}
        onChange={(journey) => onChange({ journey })}
      />
      <Choice
        label="State"
        value={filter.state ?? ""}
        options={[
          { value: "", label: "Any state" },
          ...LOG_STATES.map((state) => ({ value: state, label: LOG_STATE_WORDS[state].label })),
        ]}
        onChange={(state) => onChange({ state })}
      />
      <TextInput label="Visitor" value={visitor} onChange={setVisitor} placeholder="Visitor id" />
      <div className="bk-filters-end">
        <Button submit>Find</Button>
      </div>
    </form>
  );
}
