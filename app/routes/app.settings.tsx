import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { useEffect, useState } from "react";
import { z } from "zod";
import { adminContext, adminHeaders } from "../admin-request.server.ts";
import { createApiKey } from "../api-keys/api-keys.server.ts";
import { AdminPage, Facts, Notice, ProblemList, SettingsGroup } from "../components/admin-page.tsx";
import { ApiKeysPanel } from "../components/api-keys-panel.tsx";
import { DataRequests, saveFile } from "../components/data-requests.tsx";
import { Choice, NumberInput, TextInput, Tick } from "../components/fields.tsx";
import { formProblems, problemAt } from "../components/form-problems.ts";
import type { FormProblem } from "../components/form-problems.ts";
import { languageName } from "../components/format.ts";
import { MoneyInput } from "../components/money-input.tsx";
import { PromptRules } from "../components/prompt-rules.tsx";
import { PromptTextsEditor } from "../components/prompt-texts-editor.tsx";
import { UnsavedChangesBar } from "../components/save-bar.tsx";
import { shopSettingsSchema } from "../shop-settings.ts";
import { ThresholdsField } from "../components/thresholds-field.tsx";
import type { ShopSettings } from "../shop-settings.ts";
import { scheduleShopSync } from "../shopify/sync-shop.server.ts";
import type { loader as customerData } from "./app.customer-data.$customerId.ts";
import { DEFAULT_PROMPT_TEXTS } from "../../storefront/locales.ts";

export async function loader({ request }: LoaderFunctionArgs) {
  const { store, shop, row, clock, config } = await adminContext(request);
  const [apiKeys, vapidKey, dataRequests] = await Promise.all([
    store.apiKeys.list(shop),
    store.vapidKeys.current(shop),
    store.privacy.dataRequests(shop, 20),
  ]);
  return json({
    shopName: row.name,
    timezone: row.timezone,
    currency: row.currency,
    now: clock.now().toISOString(),
    locales: row.locales,
    primaryLocale: row.primaryLocale,
    settings: row.settings,
    apiKeys,
    dataRequests,
    apiUrl: `${config.shopify.appUrl}/api/v1`,
    vapid: { publicKey: vapidKey?.publicKey ?? null, subject: config.vapidSubject },
    proxyPath: row.proxyPath,
    defaultPromptTexts: DEFAULT_PROMPT_TEXTS,
  });
}

const actionSchema = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("save"), settings: z.unknown() }),
  z.object({
    intent: z.literal("create-key"),
    name: z.string().trim().min(1, "Give the key a name").max(60, "At most 60 letters"),
  }),
  z.object({ intent: z.literal("revoke-key"), id: z.number().int().positive() }),
]);

type ActionAnswer = { ok: boolean; problems: FormProblem[]; createdKey?: string };

export async function action({ request }: ActionFunctionArgs) {
  const { store, shop, clock } = await adminContext(request);
  const refuse = (problems: FormProblem[]) => json<ActionAnswer>({ ok: false, problems }, { status: 400 });
  const parsed = actionSchema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return refuse(formProblems(parsed.error.issues));

  switch (parsed.data.intent) {
    case "save": {
      const settings = shopSettingsSchema.safeParse(parsed.data.settings);
      if (!settings.success) return refuse(formProblems(settings.error.issues));
      await store.shops.saveSettings(shop, settings.data);
      await scheduleShopSync(store, shop, clock.now());
      break;
    }
    case "create-key": {
      const { key } = await createApiKey(store, shop, parsed.data.name, clock.now());
      return json<ActionAnswer>({ ok: true, problems: [], createdKey: key });
    }
    case "revoke-key":
      await store.apiKeys.revoke(shop, parsed.data.id, clock.now());
  }
  return json<ActionAnswer>({ ok: true, problems: [] });
}

export default function Settings() {
  const data = useLoaderData<typeof loader>();
  const saved = data.settings;
  const [draft, setDraft] = useState(saved);
  const [base, setBase] = useState(saved);
  if (base !== saved && JSON.stringify(base) !== JSON.stringify(saved)) {
    // Saved, here or elsewhere: what the server has is the new ground.
    setBase(saved);
    setDraft(saved);
  }
  const saving = useFetcher<typeof action>();
  const isDirty = JSON.stringify(draft) !== JSON.stringify(saved);
  const isSaving = saving.state !== "idle";
  const problems = isDirty ? (saving.data?.problems ?? []) : [];
  const errorOf = (path: string) => problemAt(problems, path);
  const change = (part: Partial<ShopSettings>) => setDraft({ ...draft, ...part });
  const changeDiscounts = (part: Partial<ShopSettings["discounts"]>) =>
    change({ discounts: { ...draft.discounts, ...part } });
  const save = () =>
    saving.submit(JSON.stringify({ intent: "save", settings: draft }), { method: "post", encType: "application/json" });
  const { quietHours, caps, prompt } = draft;
  const languages = [...new Set([data.primaryLocale, ...data.locales])];

  return (
    <AdminPage title="Settings" primary={{ label: "Save", onClick: save, disabled: !isDirty, loading: isSaving }}>
      <UnsavedChangesBar
        id="settings-save-bar"
        isOpen={isDirty}
        isSaving={isSaving}
        onSave={save}
        onDiscard={() => setDraft(saved)}
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
        title="These settings cannot be saved"
        problems={problems.filter((p) => p.path === "").map((p) => p.message)}
      />

      <SettingsGroup
        title="Attribution"
        description="Which orders count as brought back. An order counts for the last message clicked before it."
      >
        <NumberInput
          label="An order counts within"
          unit="hours after the click"
          value={draft.attributionWindowHours}
          least={1}
          most={720}
          onChange={(attributionWindowHours) => change({ attributionWindowHours })}
          error={errorOf("attributionWindowHours")}
        />
      </SettingsGroup>

      <SettingsGroup
        title="Quiet hours"
        description="No marketing in these hours, by the shopper’s own clock. Messages wait until they end. Shipping news is not marketing."
      >
        <Tick
          label="Keep quiet hours"
          checked={quietHours.enabled}
          onChange={(enabled) => change({ quietHours: { ...quietHours, enabled } })}
        />
        {quietHours.enabled && (
          <div className="bk-pair">
            <TextInput
              label="From"
              type="time"
              value={quietHours.start}
              onChange={(start) => change({ quietHours: { ...quietHours, start } })}
              error={errorOf("quietHours.start")}
            />
            <TextInput
              label="Until"
              type="time"
              value={quietHours.end}
              onChange={(end) => change({ quietHours: { ...quietHours, end } })}
              error={errorOf("quietHours.end")}
            />
          </div>
        )}
      </SettingsGroup>

      <SettingsGroup
        title="How many messages"
        description="Marketing messages one person gets at most, on all devices and from all journeys together. Browsers take the permission away from shops that send too many."
      >
        <Tick
          label="Limit messages"
          checked={caps.enabled}
          onChange={(enabled) => change({ caps: { ...caps, enabled } })}
        />
        {caps.enabled && (
          <>
            <div className="bk-pair">
              <NumberInput
                label="In a day"
                value={caps.perDay}
                least={1}
                most={20}
                onChange={(perDay) => change({ caps: { ...caps, perDay } })}
                error={errorOf("caps.perDay")}
              />
              <NumberInput
                label="In a week"
                value={caps.perWeek}
                least={1}
                most={100}
                onChange={(perWeek) => change({ caps: { ...caps, perWeek } })}
                error={errorOf("caps.perWeek")}
              />
            </div>
            <NumberInput
              label="Time between two messages, at least"
              unit="minutes"
              value={caps.minimumGapMinutes}
              least={0}
              most={10_080}
              onChange={(minimumGapMinutes) => change({ caps: { ...caps, minimumGapMinutes } })}
              error={errorOf("caps.minimumGapMinutes")}
            />
          </>
        )}
      </SettingsGroup>

      <SettingsGroup
        title="Discount codes"
        description="What journeys may give away in seven days. Empty: as much as it takes. When it is spent, messages leave without a code, or not at all, as each says."
      >
        <div className="bk-pair">
          <TextInput
            label="Codes in a week"
            value={draft.discounts.codesPerWeek === null ? "" : String(draft.discounts.codesPerWeek)}
            onChange={(text) =>
              changeDiscounts({ codesPerWeek: text.trim() === "" ? null : Number(text.replaceAll(/\D/g, "")) })
            }
            error={errorOf("discounts.codesPerWeek")}
            help="Given away, by all journeys together."
          />
          <MoneyInput
            label="Cost in a week"
            currency={data.currency}
            value={draft.discounts.costPerWeek}
            onChange={(costPerWeek) => changeDiscounts({ costPerWeek })}
            error={errorOf("discounts.costPerWeek")}
            help="Of codes that were used. What is out already may still be used."
          />
        </div>
        <Tick
          label="No code for those who bought without one last time"
          checked={draft.discounts.noneForWhoBuyWithout}
          onChange={(noneForWhoBuyWithout) => changeDiscounts({ noneForWhoBuyWithout })}
          help="Whoever came back after a plain reminder and ordered. Presents, such as a birthday’s, are given all the same."
        />
      </SettingsGroup>

      <SettingsGroup
        title="When to ask"
        description="Beckon asks in your shop’s look first; the browser’s own question comes only after a yes. It is never shown the moment a page loads. Any one rule is enough."
      >
        <PromptRules
          label="On computers"
          rules={prompt.desktop}
          path="prompt.desktop"
          errorOf={errorOf}
          onChange={(desktop) => change({ prompt: { ...prompt, desktop } })}
        />
        <PromptRules
          label="On phones and tablets"
          rules={prompt.mobile}
          path="prompt.mobile"
          errorOf={errorOf}
          onChange={(mobile) => change({ prompt: { ...prompt, mobile } })}
        />
        <div className="bk-pair">
          <NumberInput
            label="Ask again after"
            unit="days"
            value={prompt.askAgainAfterDays}
            least={1}
            most={365}
            onChange={(askAgainAfterDays) => change({ prompt: { ...prompt, askAgainAfterDays } })}
            error={errorOf("prompt.askAgainAfterDays")}
          />
          <NumberInput
            label="Ask at most"
            unit="times"
            value={prompt.maxAsks}
            least={1}
            most={10}
            onChange={(maxAsks) => change({ prompt: { ...prompt, maxAsks } })}
            error={errorOf("prompt.maxAsks")}
          />
        </div>
        <Choice
          label="Place on the page"
          value={prompt.position}
          options={[
            { value: "bottom", label: "Bottom" },
            { value: "top", label: "Top" },
            { value: "center", label: "Centre" },
          ]}
          onChange={(position) => change({ prompt: { ...prompt, position: positionOf(position) } })}
        />
      </SettingsGroup>

      <SettingsGroup
        title="Words of the prompt"
        description="In each language of your shop. A language without words of yours uses ours; we have English, Turkish and Arabic."
      >
        <PromptTextsEditor
          languages={languages}
          texts={prompt.texts}
          defaults={data.defaultPromptTexts}
          shopName={data.shopName}
          errorOf={errorOf}
          onChange={(texts) => change({ prompt: { ...prompt, texts } })}
        />
      </SettingsGroup>

      <SettingsGroup title="Messages" description="What all journeys have in common.">
        <TextInput
          label="Icon"
          type="url"
          value={draft.iconUrl ?? ""}
          onChange={(iconUrl) => change({ iconUrl: iconUrl === "" ? null : iconUrl })}
          error={errorOf("iconUrl")}
          placeholder="https://…"
          help="A square picture, 192 pixels or more. Empty: the browser draws its own."
        />
        <Choice
          label="Language for shoppers whose own has no text"
          value={draft.defaultLocale ?? ""}
          options={[
            { value: "", label: `The shop’s first language (${languageName(data.primaryLocale)})` },
            ...languages.map((locale) => ({ value: locale, label: languageName(locale) })),
          ]}
          onChange={(locale) => change({ defaultLocale: locale === "" ? null : locale })}
          error={errorOf("defaultLocale")}
        />
        <Tick
          label="Shipping news may name what was bought"
          checked={draft.shippingNamesProducts}
          onChange={(shippingNamesProducts) => change({ shippingNamesProducts })}
          help="Off: a phone on a table tells nobody what is in the parcel."
        />
        <NumberInput
          label="People told for each piece that is back in stock"
          value={draft.backInStockPerPiece}
          least={1}
          most={20}
          onChange={(backInStockPerPiece) => change({ backInStockPerPiece })}
          error={errorOf("backInStockPerPiece")}
          help="They are told in waves, so that most who come still find one."
        />
        <ThresholdsField
          label="Free shipping from"
          value={draft.freeShippingThresholds}
          currency={data.currency}
          onChange={(freeShippingThresholds) => change({ freeShippingThresholds })}
          error={problems.find(({ path }) => path.startsWith("freeShippingThresholds"))?.message}
          help={`Cart total, one for each currency, and for a country that has its own: 60 ${data.currency}, 90 ${data.currency} in CA. The free-shipping message is silent in currencies without one.`}
        />
      </SettingsGroup>

      <SettingsGroup
        title="REST API"
        description="Keys let your own systems read subscribers and reports and change journeys. Whoever has a key can do all of this."
      >
        <KeysOf data={data} />
      </SettingsGroup>

      <SettingsGroup
        title="Customers’ data"
        description="When a customer asks your shop for their data, Shopify tells us. Download it here and pass it on. Requests to delete are carried out by themselves."
      >
        <RequestsOf data={data} />
      </SettingsGroup>

      <SettingsGroup title="Sending" description="Nothing to set here. Support may ask for it.">
        <Facts
          facts={[
            [
              "Public key (VAPID)",
              <code key="key" className="bk-key">
                {data.vapid.publicKey ?? "Not made yet"}
              </code>,
            ],
            ["Contact for push services", data.vapid.subject],
            ["App proxy", data.proxyPath],
            ["Timezone of reports", data.timezone],
          ]}
        />
      </SettingsGroup>
    </AdminPage>
  );
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;

function KeysOf({ data }: { data: Loaded }) {
  const fetcher = useFetcher<typeof action>();
  const send = (body: object) => fetcher.submit(JSON.stringify(body), { method: "post", encType: "application/json" });
  return (
    <ApiKeysPanel
      keys={data.apiKeys}
      apiUrl={data.apiUrl}
      timezone={data.timezone}
      createdKey={fetcher.data?.createdKey ?? null}
      error={problemAt(fetcher.data?.problems ?? [], "name")}
      isBusy={fetcher.state !== "idle"}
      onCreate={(name) => send({ intent: "create-key", name })}
      onRevoke={(id) => send({ intent: "revoke-key", id })}
    />
  );
}

function RequestsOf({ data }: { data: Loaded }) {
  const fetcher = useFetcher<typeof customerData>();
  const [asked, setAsked] = useState<string | null>(null);
  const answer = fetcher.data;
  useEffect(() => {
    if (answer) saveFile(`customer-${answer.customerId}.json`, answer.data);
  }, [answer]);

  return (
    <DataRequests
      requests={data.dataRequests}
      timezone={data.timezone}
      loading={fetcher.state === "idle" ? null : asked}
      onDownload={(customerId) => {
        setAsked(customerId);
        fetcher.load(`/app/customer-data/${customerId}`);
      }}
    />
  );
}

function positionOf(text: string): ShopSettings["prompt"]["position"] {
  return text === "top" || text === "center" ? text : "bottom";
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
