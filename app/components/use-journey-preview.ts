import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { JourneyDefinition, MessageStep } from "../journeys/definition.ts";
import { allSteps } from "../journeys/step-paths.ts";
import type { ShownPreview } from "./message-preview.tsx";
import type { EditedText } from "./step-list.tsx";

const AFTER_MS = 250;

type Answer = { preview: (Omit<ShownPreview, "locale"> & EditedText) | null };

/** The text that is being edited, rendered by the server as it will be, a moment after the last key. */
export function useJourneyPreview(
  draft: JourneyDefinition,
  edited: EditedText | null,
): ShownPreview & { place: string | null } {
  const { submit, data } = useFetcher<Answer>();
  const found = messageToShow(draft, edited);
  const body = found
    ? JSON.stringify({ intent: "preview", ...found.edited, text: found.text, discount: found.step.discount })
    : null;

  const isFirst = useRef(true);
  useEffect(() => {
    if (body === null) return;
    const timer = setTimeout(
      () => submit(body, { method: "post", encType: "application/json" }),
      isFirst.current ? 0 : AFTER_MS,
    );
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [body, submit]);

  const { place = null, locale = null } = found?.edited ?? {};
  const preview = data?.preview;
  // An answer about another text stands for this one no longer.
  return preview && preview.place === place && preview.locale === locale ? preview : { place, locale };
}

/** What is edited, as far as it is still there; otherwise the first message. */
function messageToShow(draft: JourneyDefinition, edited: EditedText | null) {
  const messages = [...allSteps(draft)].flatMap(({ place, step }) =>
    step.type === "message" ? [{ place, step }] : [],
  );
  const chosen = messages.find(({ place }) => place === edited?.place) ?? messages[0];
  if (!chosen) return null;
  const { place, step } = chosen;
  const locale = localeOf(step, edited?.place === place ? edited.locale : null);
  const text = locale === null ? undefined : step.message[locale];
  return text && locale !== null ? { step, text, edited: { place, locale } } : null;
}

function localeOf(step: MessageStep, wished: string | null): string | null {
  if (wished !== null && step.message[wished]) return wished;
  return Object.keys(step.message)[0] ?? null;
}
