import { AWAITED_EVENTS } from "../journeys/event-match.ts";
import type { EventMatch } from "../journeys/event-match.ts";
import { Choice, TextInput } from "./fields.tsx";
import { sentence } from "./plain-words.ts";

const WORDS: Partial<Record<EventMatch["event"], string>> = {
  returned: "They come back to the shop",
  product_viewed: "They look at a product",
  collection_viewed: "They look at a collection",
  search_submitted: "They search",
  reviews_viewed: "They read reviews",
  wishlist_added: "They save a product",
  cart_updated: "They change their cart",
  checkout_started: "They start the checkout",
  signed_in: "They sign in",
  stock_alert_requested: "They ask to be told when something is back",
  notification_clicked: "They click the last message",
  order_created: "They order",
  order_paid: "They pay",
  fulfillment_updated: "A shipment of theirs moves on",
  review_created: "They write a review",
  points_credited: "They are credited points",
  custom: "Your systems tell it (custom event)",
};

/** Something that happens to the person, for waits, exits and goals. */
export function EventPicker({
  label,
  match,
  path,
  errorOf,
  onChange,
}: {
  label: string;
  match: EventMatch;
  /** Of the match in the definition: "goal". */
  path: string;
  errorOf: (path: string) => string | undefined;
  onChange: (match: EventMatch) => void;
}) {
  return (
    <div className="bk-pair bk-pair-wide">
      <Choice
        label={label}
        value={match.event}
        options={AWAITED_EVENTS.map((value) => ({ value, label: WORDS[value] ?? sentence(value) }))}
        onChange={(next) => onChange({ event: AWAITED_EVENTS.find((one) => one === next) ?? match.event })}
        error={errorOf(path) ?? errorOf(`${path}.event`)}
      />
      {match.event === "custom" && (
        <TextInput
          label="Its name"
          value={match.name ?? ""}
          onChange={(name) => onChange(name === "" ? { event: "custom" } : { event: "custom", name })}
          error={errorOf(`${path}.name`)}
          help="Empty: any custom event."
          dir="ltr"
        />
      )}
    </div>
  );
}
