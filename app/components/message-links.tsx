import type { MessageText } from "../journeys/message-text.ts";
import { Choice, TextInput } from "./fields.tsx";

/** Where a message leads and what it shows: what the journey is about, or what the merchant names. */
export function MessageLinks({
  text,
  path,
  hasSubject,
  errorOf,
  onFocus,
  onChange,
}: {
  text: MessageText;
  /** Of the text in the definition: "steps.1.message.en". */
  path: string;
  hasSubject: boolean;
  errorOf: (path: string) => string | undefined;
  onFocus: () => void;
  onChange: (changes: Partial<MessageText>) => void;
}) {
  const { image } = text;
  const shows = typeof image === "string" ? "own" : image === null ? "none" : "product";
  return (
    <>
      <TextInput
        label="Where a click leads"
        placeholder={hasSubject ? "Where the journey leads" : "/collections/new"}
        value={text.url ?? ""}
        dir="ltr"
        onChange={(url) => onChange({ url: url === "" ? undefined : url })}
        onFocus={onFocus}
        error={errorOf(`${path}.url`)}
        help={
          hasSubject
            ? "A path of the shop, or an https address; /recommended is each shopper’s own page. Empty: the product, the cart or the order that it is about."
            : "A path of the shop, or an https address. Empty: the shop’s first page."
        }
      />
      {hasSubject && (
        <Choice
          label="Picture"
          value={shows}
          options={[
            { value: "product", label: "The product’s" },
            { value: "own", label: "One of yours" },
            { value: "none", label: "None" },
          ]}
          onChange={(next) => onChange({ image: next === "own" ? "" : next === "none" ? null : undefined })}
        />
      )}
      {(!hasSubject || shows === "own") && (
        <TextInput
          label={hasSubject ? "Its address" : "Picture"}
          placeholder="https://"
          value={image ?? ""}
          dir="ltr"
          onChange={(next) => onChange({ image: next === "" && !hasSubject ? null : next })}
          onFocus={onFocus}
          error={errorOf(`${path}.image`)}
          help={`${hasSubject ? "" : "Its address, or empty for none. "}About 720 × 360 points.`}
        />
      )}
    </>
  );
}
