import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import { z } from "zod";
import { previewText } from "../admin-preview.server.ts";
import type { Preview } from "../admin-preview.server.ts";
import { adminContext, adminHeaders, notFound } from "../admin-request.server.ts";
import { AdminPage, Notice, ProblemList } from "../components/admin-page.tsx";
import { JourneyEditor } from "../components/journey-editor.tsx";
import type { EditedText } from "../components/journey-editor.tsx";
import type { FormProblem } from "../components/form-problems.ts";
import { TriggerEditor } from "../components/trigger-editor.tsx";
import { UnsavedChangesBar } from "../components/save-bar.tsx";
import { OnOffBadge } from "../components/state-badge.tsx";
import { TEMPLATE_FIELDS } from "../composer/template-fields.ts";
import { messageTextSchema } from "../journeys/message-text.ts";
import { discountSchema } from "../journeys/discount.ts";
import { getJourney, InvalidDefinitionError, saveDefinition, setEnabled } from "../journeys/journeys.server.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
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
    minimumDelayMs: rules.minimumDelayMs,
    triggerFacts: await triggerFacts(store, row, definition.trigger.type, clock.now()),
    shopName: row.name,
    host: row.primaryDomain ?? shop,
    languages: [...new Set([row.primaryLocale, ...row.locales])],
    variables: Object.entries(TEMPLATE_FIELDS).map(([name, { description }]) => ({ name, description })),
  });
}

const actionSchema = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("save"), definition: z.unknown() }),
  z.object({ intent: z.literal("switch"), enabled: z.boolean() }),
  z.object({
    intent: z.literal("preview"),
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
  if (!parsed.success) return json({ ok: false, problems: [] as FormProblem[], preview: null }, { status: 400 });

  switch (parsed.data.intent) {
    case "preview": {
      const about = { shopName: row.name, iconUrl: row.settings.iconUrl, timezone: row.timezone, now: clock.now() };
      return answer([], previewText(parsed.data, about));
    }
    case "switch":
      if (!(await setEnabled(store, shop, kind, parsed.data.enabled, clock.now())))
        throw notFound("There is no such journey.");
      await scheduleShopSync(store, shop, clock.now());
      return answer([]);
    case "save":
      try {
        const saved = await saveDefinition(store, shop, kind, parsed.data.definition, clock.now(), admin);
        if (!saved) throw notFound("There is no such journey.");
        return answer([]);
      } catch (error) {
        if (error instanceof InvalidDefinitionError) return answer(error.issues);
        throw error;
      }
  }
}

function answer(problems: FormProblem[], preview: Preview | null = null) {
  return json({ ok: problems.length === 0, problems, preview }, { status: problems.length === 0 ? 200 : 400 });
}

const PREVIEW_AFTER_MS = 250;

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
  const preview = usePreview(draft, edited);

  const isDirty = JSON.stringify(draft) !== JSON.stringify(data.definition);
  const isSaving = saving.state !== "idle";
  const problems = isDirty ? (saving.data?.problems ?? []) : [];
  const send = (fetcher: typeof saving, body: object) =>
    fetcher.submit(JSON.stringify(body), { method: "post", encType: "application/json" });
  const save = () => send(saving, { intent: "save", definition: draft });
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
        { label: "Go back to our texts", onClick: () => setDraft(data.defaultDefinition), disabled: isDefault },
      ]}
    >
      <UnsavedChangesBar
        id="journey-save-bar"
        isOpen={isDirty}
        isSaving={isSaving}
        onSave={save}
        onDiscard={() => setDraft(data.definition)}
      />
      {problems.length > 0 && (
        <Notice
          tone="critical"
          title={problems.length === 1 ? "One field needs another look" : "Some fields need another look"}
        >
          Nothing was saved yet. The fields are marked below.
        </Notice>
      )}
      <ProblemList
        title="This journey cannot be saved"
        problems={problems
          .filter(({ path }) => !/^(steps|trigger)\./.test(path))
          .map(({ path, message }) => `${path} ${message}`.trim())}
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
    </AdminPage>
  );
}

type Definition = ReturnType<typeof useLoaderData<typeof loader>>["definition"];

/** The text that is being edited, rendered by the server as it will be, a moment after the last key. */
function usePreview(draft: Definition, edited: EditedText | null) {
  const { submit, data } = useFetcher<typeof action>();
  const index = edited?.step ?? draft.steps.findIndex((step) => step.type === "message");
  const step = draft.steps[index];
  const locale = edited?.locale ?? (step?.type === "message" ? Object.keys(step.message)[0] : undefined);
  const text = step?.type === "message" && locale ? step.message[locale] : undefined;
  const body = text
    ? JSON.stringify({
        intent: "preview",
        text,
        locale,
        discount: step?.type === "message" ? step.discount : null,
      })
    : null;

  const isFirst = useRef(true);
  useEffect(() => {
    if (body === null) return;
    const timer = setTimeout(
      () => submit(body, { method: "post", encType: "application/json" }),
      isFirst.current ? 0 : PREVIEW_AFTER_MS,
    );
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [body, submit]);

  return { ...data?.preview, step: index, locale: locale ?? null };
}

/** Looking at a preview changes nothing: the page need not be loaded again. */
export function shouldRevalidate({
  formMethod,
  json: sent,
  defaultShouldRevalidate,
}: {
  formMethod?: string;
  json?: unknown;
  defaultShouldRevalidate: boolean;
}): boolean {
  const isPreview = typeof sent === "object" && sent !== null && "intent" in sent && sent.intent === "preview";
  return formMethod === "POST" && isPreview ? false : defaultShouldRevalidate;
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
