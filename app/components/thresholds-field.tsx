import { useState } from "react";
import { currencyExponent, toMinorUnits } from "../events/money.ts";
import { TextInput } from "./fields.tsx";

type Props = {
  label: string;
  /** Minor units by currency, or by country and currency: "DE:EUR". */
  value: Record<string, number>;
  onChange: (value: Record<string, number>) => void;
  /** Shown in the example. */
  currency: string;
  error?: string | undefined;
  help?: string;
};

/** Amounts in several currencies, some for one country only, as one line of text: "60 USD, 90 USD in CA, 8000 JPY". */
export function ThresholdsField({ label, value, onChange, currency, error, help }: Props) {
  // What is typed stays as typed until the value is set from outside.
  const [typed, setTyped] = useState({ text: textOf(value), value });
  const text = typed.value === value ? typed.text : textOf(value);
  const isWrong = Object.keys(value).includes("");

  return (
    <TextInput
      label={label}
      value={text}
      onChange={(next) => {
        const read = amountsOf(next);
        setTyped({ text: next, value: read });
        onChange(read);
      }}
      placeholder={`60 ${currency}`}
      error={isWrong ? `Write it as 60 ${currency} or 60 ${currency} in CA, with a comma between two` : error}
      help={help}
      dir="ltr"
    />
  );
}

export function textOf(value: Record<string, number>): string {
  return Object.entries(value)
    .map(([market, amount]) => {
      const [currency = "", country] = market.split(":").toReversed();
      const digits = currencyExponent(currency);
      return `${(amount / 10 ** digits).toFixed(digits)} ${currency}${country ? ` in ${country}` : ""}`;
    })
    .join(", ");
}

/** What cannot be read stands under an empty currency, which the server refuses. */
export function amountsOf(text: string): Record<string, number> {
  const read: Record<string, number> = {};
  for (const part of text.split(",").map((one) => one.trim())) {
    if (part === "") continue;
    const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*([A-Z]{3})(?:\s+IN\s+([A-Z]{2}))?$/.exec(part.toUpperCase());
    const [, amount = "", currency = "", country] = match ?? [];
    if (match) read[country ? `${country}:${currency}` : currency] = toMinorUnits(amount, currency);
    else read[""] = 0;
  }
  return read;
}
