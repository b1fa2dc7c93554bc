import { Checkbox, Select, TextField } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";

type TextProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  help?: ReactNode;
  placeholder?: string;
  longest?: number;
  lines?: number;
  dir?: "ltr" | "rtl";
  type?: "text" | "time" | "url" | "date";
  onFocus?: () => void;
};

/** One line of text, or several with `lines`. `longest` counts letters beside it. */
export function TextInput({
  label,
  value,
  onChange,
  error,
  help,
  placeholder,
  longest,
  lines,
  dir,
  type,
  onFocus,
}: TextProps) {
  return (
    <div data-dir={dir}>
      <TextField
        label={label}
        value={value}
        onChange={onChange}
        error={error}
        helpText={help}
        placeholder={placeholder}
        autoComplete="off"
        type={type ?? "text"}
        {...(longest ? { maxLength: longest, showCharacterCount: true } : {})}
        {...(lines ? { multiline: lines } : {})}
        {...(onFocus ? { onFocus } : {})}
      />
    </div>
  );
}

type NumberProps = {
  label: string;
  value: number;
  /** NaN while nothing sensible is written; the server says what is wrong. */
  onChange: (value: number) => void;
  unit?: string;
  least?: number;
  most?: number;
  error?: string | undefined;
  help?: ReactNode;
  labelHidden?: boolean;
  disabled?: boolean;
};

export function NumberInput({
  label,
  value,
  onChange,
  unit,
  least,
  most,
  error,
  help,
  labelHidden,
  disabled,
}: NumberProps) {
  // What is typed stays as typed ("007", "") until the value is set from outside: discarded, loaded anew.
  const [typed, setTyped] = useState({ text: textOf(value), value });
  const text = Object.is(typed.value, value) ? typed.text : textOf(value);

  return (
    <TextField
      label={label}
      labelHidden={labelHidden}
      value={text}
      onChange={(next) => {
        setTyped({ text: next, value: numberOf(next) });
        onChange(numberOf(next));
      }}
      type="number"
      inputMode="numeric"
      autoComplete="off"
      suffix={unit}
      min={least}
      max={most}
      error={error}
      helpText={help}
      disabled={disabled}
    />
  );
}

export function Choice({
  label,
  value,
  options,
  onChange,
  error,
  help,
  labelHidden,
}: {
  label: string;
  value: string;
  options: { label: string; value: string }[];
  onChange: (value: string) => void;
  error?: string | undefined;
  help?: ReactNode;
  labelHidden?: boolean;
}) {
  return (
    <Select
      label={label}
      labelHidden={labelHidden}
      options={options}
      value={value}
      onChange={onChange}
      error={error}
      helpText={help}
    />
  );
}

export function Tick({
  label,
  checked,
  onChange,
  help,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  help?: ReactNode;
}) {
  return <Checkbox label={label} checked={checked} onChange={onChange} helpText={help} />;
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function textOf(value: number): string {
  return Number.isNaN(value) ? "" : String(value);
}
