import type { Trigger } from "../journeys/trigger.ts";
import type { TriggerFacts } from "../journeys/trigger-facts.server.ts";
import { ArticleTriggerEditor } from "./article-trigger-editor.tsx";
import { ChainTriggerEditor } from "./chain-trigger-editor.tsx";
import type { FormProblem } from "./form-problems.ts";
import { HolidayTriggerEditor } from "./holiday-trigger-editor.tsx";

/** As it comes from the server: instants are texts. */
export type ShownTriggerFacts = Omit<TriggerFacts, "feed"> & {
  feed: (Omit<NonNullable<TriggerFacts["feed"]>, "readAt"> & { readAt: string | null }) | null;
};

export type TriggerEditorProps<T extends Trigger = Trigger> = {
  trigger: T;
  facts: ShownTriggerFacts;
  problems: FormProblem[];
  onChange: (trigger: T) => void;
};

/** What begins a journey, where a merchant has something to choose; nothing otherwise. */
export function TriggerEditor({ trigger, ...props }: TriggerEditorProps) {
  if (trigger.type === "holiday") return <HolidayTriggerEditor trigger={trigger} {...props} />;
  if (trigger.type === "article") return <ArticleTriggerEditor trigger={trigger} {...props} />;
  if (trigger.type === "chain") return <ChainTriggerEditor trigger={trigger} {...props} />;
  return null;
}
