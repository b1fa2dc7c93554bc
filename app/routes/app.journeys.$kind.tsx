import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { useEffect, useState } from "react";
import { z } from "zod";
import { previewText } from "../admin-preview.server.ts";
import type { Preview } from "../admin-preview.server.ts";
import { adminContext, adminHeaders, notFound } from "../admin-request.server.ts";
import { AdminPage, ProblemList } from "../components/admin-page.tsx";
import { JourneyEditor } from "../components/journey-editor.tsx";
import { JsonEditor } from "../components/json-editor.tsx";
import type { FormProblem } from "../components/form-problems.ts";
import { placeInWords, stillWrong } from "../components/problem-places.ts";
import { RunPlaces } from "../components/run-places.tsx";
import { stepNames } from "../components/step-names.ts";
import type { EditedText } from "../components/step-list.tsx";
import { useJourneyPreview } from "../components/use-journey-preview.ts";
import { TryOutPanel } from "../components/try-out.tsx";
import { TriggerEditor } from "../components/trigger-editor.tsx";
import { UnsavedChangesBar } from "../components/save-bar.tsx";
import { OnOffBadge } from "../components/state-badge.tsx";
import { TEMPLATE_FIELDS } from "../composer/template-fields.ts";
import { messageTextSchema } from "../journeys/message-text.ts";
import { discountSchema } from "../journeys/discount.ts";
import { priorityOf } from "../journeys/caps.ts";
import type { JourneyDefinition } from "../journeys/definition.ts";
import {
  getJourney,
  InvalidDefinitionError,
  parseDefinition,
  saveDefinition,
  setEnabled,
} from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import { runPlaces } from "../journeys/run-places.ts";
import { scheduleShopSync } from "../shopify/sync-shop.server.ts";
import { triggerFacts } from "../journeys/trigger-facts.server.ts";

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const rules = journeyKind(params.kind ?? "");
  const journey = await getJourney(store, shop, params.kind ?? "");
  if (!rules || !journey) throw notFound("There is no such journey.");

  const { kind, enabled, version, definition } = journey;
  return json({
    kind,
    enabled,
    version,
    definition,
    defaultDefinition: rules.defaultDefinition,
    name: rules.name,
    description: rules.description,
    isTransactional: rules.isTransactional,
    mayDiscount: rules.mayDiscount,
    currency: row.currency,
    timezone: row.timezone,
    minimumDelayMs: rules.minimumDelayMs,
    ownPriority: priorityOf(kind, null),
    places: await runPlaces(store, shop, kind, row.primaryLocale),
    triggerFacts: await triggerFacts(store, row, definition.trigger.type, clock.now()),
    shopName: row.name,
    host: row.primaryDomain ?? shop,
    languages: [...new Set([row.primaryLocale, ...row.locales])],
    variables: Object.entries(TEMPLATE_FIELDS).map(([name, { description }]) => ({ name, description })),
  });
}

const actionSchema = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("save"), definition: z.unknown() }),
  z.object({ intent: z.literal("check"), definition: z.unknown() }),
  z.object({ intent: z.literal("switch"), enabled: z.boolean() }),
  z.object({
    intent: z.literal("preview"),
    place: z.string().max(200),
    text: messageTextSchema,
    locale: z.string().min(2).max(35),
    // Half-written discounts are shown as none.
    discount: discountSchema.nullable().catch(null),
  }),
]);

export async function action({ request, params }: ActionFunctionArgs) {
  const { store, shop, row, clock, admin } = await adminContext(request);
  const kind = params.kind ?? "";
  const parsed = actionSchema.safeParse(await request.json().catch(() => null));
  // A preview of half-written text is nothing to complain of: the fields say so when it is saved.
  if (!parsed.success) return answer({ status: 400 });

  switch (parsed.data.intent) {
    case "preview": {
      const about = { shopName: row.name, iconUrl: row.settings.iconUrl, timezone: row.timezone, now: clock.now() };
      const { place, locale } = parsed.data;
      return answer({ preview: { ...previewText(parsed.data, about), place, locale } });
    }
    case "switch":
      if (!(await setEnabled(store, shop, kind, parsed.data.enabled, clock.now())))
        throw notFound("There is no such journey.");
      await scheduleShopSync(store, shop, clock.now());
      return answer({});
    case "check":
    case "save":
      try {
        if (parsed.data.intent === "check") {
          return answer({ definition: parseDefinition(kind, parsed.data.definition) });
        }
        const saved = await saveDefinition(store, shop, kind, parsed.data.definition, clock.now(), admin);
        if (!saved) throw notFound("There is no such journey.");
        return answer({});
      } catch (error) {
        if (error instanceof InvalidDefinitionError) return answer({ problems: error.issues, status: 400 });
        throw error;
      }
  }
}

type Answer = {
  problems?: FormProblem[];
  preview?: (Preview & EditedText) | null;
  /** What was checked, complete. */
  definition?: JourneyDefinition | null;
  status?: number;
};

function answer({ problems = [], preview = null, definition = null, status = 200 }: Answer) {
  return json({ problems, preview, definition }, { status });
}

export default function Journey() {
  const data = useLoaderData<typeof loader>();
  const [draft, setDraft] = useState(data.definition);
  const [base, setBase] = useState(data);
  if (base.version !== data.version || base.kind !== data.kind) {
    setBase(data);
    setDraft(data.definition);
  }
  const [edited, setEdited] = useState<EditedText | null>(null);
  const saving = useFetcher<typeof action>();
  const switching = useFetcher<typeof action>();
  const [judged, setJudged] = useState<JourneyDefinition | null>(null);
  const preview = useJourneyPreview(draft, edited);

  const isDirty = JSON.stringify(draft) !== JSON.stringify(data.definition);
  const isSaving = saving.state !== "idle";
  const found = isDirty ? stillWrong(saving.data?.problems ?? [], judged, draft) : [];
  // What is written at this moment is judged at once.
  const written = (preview.problems ?? []).map(({ field, line, column, message }) => ({
    path: `${preview.place}.message.${preview.locale}.${field}`,
    message: `line ${line}, column ${column}: ${message}`,
  }));
  const problems = [...written, ...found.filter(({ path }) => !written.some((one) => one.path === path))];
  const send = (fetcher: typeof saving, body: object) =>
    fetcher.submit(JSON.stringify(body), { method: "post", encType: "application/json" });
  const save = () => {
    setJudged(draft);
    send(saving, { intent: "save", definition: draft });
  };
  const isDefault = JSON.stringify(draft) === JSON.stringify(data.defaultDefinition);

  return (
    <AdminPage
      title={data.name}
      subtitle={data.description}
      badge={<OnOffBadge isOn={data.enabled} />}
      back={{ label: "Journeys", url: "/app/journeys" }}
      primary={{ label: "Save", onClick: save, disabled: !isDirty, loading: isSaving }}
      secondary={[
        {
          label: data.enabled ? "Switch off" : "Switch on",
          onClick: () => send(switching, { intent: "switch", enabled: !data.enabled }),
          loading: switching.state !== "idle",
        },
        { label: "Go back to our template", onClick: () => setDraft(data.defaultDefinition), disabled: isDefault },
      ]}
    >
      <UnsavedChangesBar
        id="journey-save-bar"
        isOpen={isDirty}
        isSaving={isSaving}
        onSave={save}
        onDiscard={() => setDraft(data.definition)}
      />
      <ProblemList
        title={found.length === 1 ? "One field needs another look" : "Some fields need another look"}
        problems={found.map(({ path, message }) => [placeInWords(path), message].filter(Boolean).join(": "))}
        note="Nothing was saved yet."
      />
      <TriggerEditor
        trigger={draft.trigger}
        facts={data.triggerFacts}
        problems={problems}
        onChange={(trigger) => setDraft({ ...draft, trigger })}
      />
      <JourneyEditor
        definition={draft}
        languages={data.languages}
        mayDiscount={data.mayDiscount}
        currency={data.currency}
        minimumDelayMs={data.minimumDelayMs}
        ownPriority={data.ownPriority}
        variables={data.variables}
        problems={problems}
        edited={edited}
        preview={preview}
        shopName={data.shopName}
        host={data.host}
        onEdit={setEdited}
        onChange={setDraft}
        note={`Version ${data.version}. Whoever is under way goes on with the version they started with.`}
      />
      <TryOutPanel kind={data.kind} draft={draft} currency={data.currency} timezone={data.timezone} />
      <RunPlaces versions={data.places} current={data.version} names={stepNames(data.definition)} />
      <JsonOf draft={draft} onTake={setDraft} />
    </AdminPage>
  );
}

/** A text is checked by the server before the form shows it. */
function JsonOf({ draft, onTake }: { draft: JourneyDefinition; onTake: (definition: JourneyDefinition) => void }) {
  const { submit, data, state } = useFetcher<typeof action>();
  const [asked, setAsked] = useState("");
  const checked = data?.definition;
  useEffect(() => {
    if (checked) onTake(checked as JourneyDefinition);
  }, [checked, onTake]);
  return (
    <JsonEditor
      definition={draft}
      verdict={data && state === "idle" ? { text: asked, problems: data.problems } : null}
      isChecking={state !== "idle"}
      onCheck={(text) => {
        setAsked(text);
        submit(`{"intent":"check","definition":${text}}`, { method: "post", encType: "application/json" });
      }}
    />
  );
}

/** Looking at a preview, checking a text and a try change nothing: the page need not be loaded again. */
export function shouldRevalidate({
  formAction,
  formMethod,
  json: sent,
  defaultShouldRevalidate,
}: {
  formAction?: string;
  formMethod?: string;
  json?: unknown;
  defaultShouldRevalidate: boolean;
}): boolean {
  const intent = typeof sent === "object" && sent !== null && "intent" in sent ? sent.intent : null;
  const isLook = intent === "preview" || intent === "check" || formAction?.startsWith("/app/replay/");
  return formMethod === "POST" && isLook ? false : defaultShouldRevalidate;
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
