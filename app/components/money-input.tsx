import { TextField } from "@shopify/polaris";
import { useState } from "react";
import type { ReactNode } from "react";
import { currencyExponent, toDecimal, toMinorUnits } from "../events/money.ts";

/** One amount in one currency, written with its own number of decimals: 5.00 USD, 500 JPY, 1.500 KWD. */
export function MoneyInput({
  label,
  currency,
  value,
  onChange,
  error,
  help,
}: {
  label: string;
  currency: string;
  /** Minor units; null: nothing written. NaN while it is no amount, which the server refuses. */
  value: number | null;
  onChange: (value: number | null) => void;
  error?: string | undefined;
  help?: ReactNode;
}) {
  // What is typed stays as typed until the value is set from outside.
  const [typed, setTyped] = useState({ text: textOf(value, currency), value });
  const text = Object.is(typed.value, value) ? typed.text : textOf(value, currency);

  return (
    <TextField
      label={label}
      value={text}
      onChange={(next) => {
        const read = amountOf(next, currency);
        setTyped({ text: next, value: read });
        onChange(read);
      }}
      inputMode="decimal"
      autoComplete="off"
      suffix={currency}
      error={Number.isNaN(value) ? `Write it as ${example(currency)}` : error}
      helpText={help}
    />
  );
}

/** Null for nothing, NaN for what is no amount of the currency. */
export function amountOf(text: string, currency: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const digits = currencyExponent(currency);
  const isAmount = /^\d{1,12}(?:\.\d+)?$/.test(trimmed) && (trimmed.split(".")[1]?.length ?? 0) <= digits;
  return isAmount ? toMinorUnits(trimmed, currency) : Number.NaN;
}

function textOf(value: number | null, currency: string): string {
  return value === null || Number.isNaN(value) ? "" : toDecimal(value, currency);
}

function example(currency: string): string {
  return toDecimal(5 * 10 ** currencyExponent(currency), currency);
}
