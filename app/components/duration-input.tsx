import { DELAY_UNITS, delayParts, delayText } from "./delay-text.ts";
import { Choice, NumberInput } from "./fields.tsx";

/** An ISO 8601 duration as a number and a unit. What is no duration is an empty field, which the server refuses. */
export function DurationInput({
  label,
  labelHidden = false,
  delay,
  error,
  onChange,
}: {
  label: string;
  labelHidden?: boolean;
  delay: string;
  error: string | undefined;
  onChange: (delay: string) => void;
}) {
  const { amount, unit } = delayParts(delay);
  return (
    <div className="bk-duration">
      <NumberInput
        label={label}
        labelHidden={labelHidden}
        value={amount}
        least={0}
        onChange={(next) => onChange(delayText(next, unit))}
        error={error}
      />
      <Choice
        label={labelHidden ? "Unit" : "\u00a0"}
        labelHidden={labelHidden}
        value={unit}
        options={DELAY_UNITS.map((value) => ({ value, label: value }))}
        onChange={(next) => onChange(delayText(amount, DELAY_UNITS.find((known) => known === next) ?? "minutes"))}
      />
    </div>
  );
}
