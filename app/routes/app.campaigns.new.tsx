import { json, redirect } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { BlockStack, Card, Text } from "@shopify/polaris";
import { DateTime } from "luxon";
import { useEffect, useRef, useState } from "react";
import { z } from "zod";
import { previewText } from "../admin-preview.server.ts";
import type { Preview } from "../admin-preview.server.ts";
import { adminContext, adminHeaders } from "../admin-request.server.ts";
import { audienceSchema } from "../campaigns/campaign.ts";
import type { Audience } from "../campaigns/campaign.ts";
import { createCampaign, reachOf } from "../campaigns/campaigns.server.ts";
import { AdminPage, Panel, ProblemList } from "../components/admin-page.tsx";
import { Choice, TextInput } from "../components/fields.tsx";
import { formatNumber } from "../components/format.ts";
import { formProblems, problemAt } from "../components/form-problems.ts";
import type { FormProblem } from "../components/form-problems.ts";
import { MessagePreview } from "../components/message-preview.tsx";
import { MessageEditor } from "../components/message-editor.tsx";
import { TEMPLATE_FIELDS } from "../composer/template-fields.ts";
import { messageTextSchema, messageTextsSchema } from "../journeys/message-text.ts";
import type { MessageStep } from "../journeys/definition.ts";
import { checkTexts } from "../journeys/journeys.server.ts";

/** What is known of a person when no journey led to the message. */
const VARIABLES = ["first_name", "city", "country", "shop_name"] as const;
const TAGS_OFFERED = 50;
/** Where the editor of a journey's first step would put its problems. */
const MESSAGE = "steps.0.message";
const HOUR_SECONDS = 3_600;

export async function loader({ request }: LoaderFunctionArgs) {
  const { store, shop, row, clock } = await adminContext(request);
  const tomorrow = DateTime.fromJSDate(clock.now()).setZone(row.timezone).plus({ days: 1 });
  return json({
    shopName: row.name,
    host: row.primaryDomain ?? shop,
    timezone: row.timezone,
    languages: [...new Set([row.primaryLocale, ...row.locales])],
    tags: await store.campaigns.tags(shop, TAGS_OFFERED),
    tomorrow: tomorrow.toFormat("yyyy-MM-dd"),
    variables: VARIABLES.map((name) => ({ name, description: TEMPLATE_FIELDS[name].description })),
  });
}

const actionSchema = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("preview"), text: messageTextSchema, locale: z.string().min(2).max(35) }),
  z.object({ intent: z.literal("reach"), audience: audienceSchema }),
  z.object({
    intent: z.literal("send"),
    audience: audienceSchema,
    texts: z.unknown(),
    at: z.object({ date: z.string(), time: z.string() }).nullable(),
    ttlHours: z.number().int().min(1).max(672),
  }),
]);

type Answer = { problems: FormProblem[]; preview: Preview | null; reach: number | null };

export async function action({ request }: ActionFunctionArgs) {
  const { store, clock, shop, row } = await adminContext(request);
  const parsed = actionSchema.safeParse(await request.json().catch(() => null));
  // Half-written texts and tags are nothing to complain of before it is sent.
  if (!parsed.success) return answer({ problems: formProblems(parsed.error.issues) }, 400);

  const asked = parsed.data;
  if (asked.intent === "reach") return answer({ reach: await reachOf(store, shop, asked.audience) });
  if (asked.intent === "preview") {
    const about = { shopName: row.name, iconUrl: row.settings.iconUrl, timezone: row.timezone, now: clock.now() };
    const text = { ...asked.text, image: asked.text.image ?? null };
    return answer({ preview: previewText({ text, locale: asked.locale, discount: null }, about) });
  }

  const texts = messageTextsSchema.safeParse(asked.texts);
  if (!texts.success) {
    const problems = formProblems(texts.error.issues).map(({ path, message }) => ({
      path: `${MESSAGE}.${path}`,
      message,
    }));
    return answer({ problems }, 400);
  }
  const now = clock.now();
  const dueAt = asked.at ? instantOf(asked.at, row.timezone) : now;
  const problems = checkTexts(texts.data, MESSAGE);
  if (dueAt === null) problems.push({ path: "at", message: "Choose a date and a time" });
  else if (asked.at && dueAt <= now) problems.push({ path: "at", message: "This time is over" });
  if (problems.length > 0 || dueAt === null) return answer({ problems }, 400);

  const { audience, ttlHours } = asked;
  const ttlSeconds = ttlHours * HOUR_SECONDS;
  const sent = { texts: texts.data, ttlSeconds, urgency: "normal", transactional: false } as const;
  await createCampaign({ store, clock }, shop, { audience, request: sent, dueAt });
  return redirect("/app/campaigns");
}

function answer(values: Partial<Answer>, status = 200) {
  return json<Answer>({ problems: [], preview: null, reach: null, ...values }, { status });
}

/** A moment of the shop's own clock. */
function instantOf({ date, time }: { date: string; time: string }, timezone: string): Date | null {
  const moment = DateTime.fromISO(`${date}T${time}`, { zone: timezone });
  return moment.isValid ? moment.toJSDate() : null;
}

const LATER_MS = 250;
const EMPTY = { title: "", body: "", image: null };

export default function NewCampaign() {
  const data = useLoaderData<typeof loader>();
  const first = data.languages[0] ?? "en";
  const [step, setStep] = useState<MessageStep>({ type: "message", message: { [first]: EMPTY }, discount: null });
  const [locale, setLocale] = useState(first);
  const [whom, setWhom] = useState<"all" | "tag">("all");
  const [tag, setTag] = useState("");
  const [when, setWhen] = useState<"now" | "at">("now");
  const [at, setAt] = useState({ date: data.tomorrow, time: "10:00" });
  const [ttlHours, setTtlHours] = useState("24");

  const audience: Audience | null = whom === "all" ? { all: true } : tag.trim() ? { tag: tag.trim() } : null;
  const text = step.message[locale];
  const preview = useAnswer(text?.title.trim() && text.body.trim() ? { intent: "preview", text, locale } : null);
  const reach = useAnswer(audience ? { intent: "reach", audience } : null)?.reach ?? null;
  const sending = useFetcher<typeof action>();
  const body = JSON.stringify({
    intent: "send",
    audience: audience ?? { tag: "" },
    texts: step.message,
    at: when === "at" ? at : null,
    ttlHours: Number(ttlHours),
  });
  // What was wrong is shown until something is changed.
  const [judged, setJudged] = useState("");
  const problems = sending.state === "idle" && judged === body ? (sending.data?.problems ?? []) : [];
  const errorOf = (path: string) => problemAt(problems, path);
  const shown = (
    <MessagePreview
      preview={{ ...preview?.preview, locale }}
      shopName={data.shopName}
      host={data.host}
      note="With example values."
    />
  );

  function send() {
    setJudged(body);
    sending.submit(body, { method: "post", encType: "application/json" });
  }

  return (
    <AdminPage
      title="New campaign"
      back={{ label: "Campaigns", url: "/app/campaigns" }}
      primary={{
        label: when === "now" ? "Send now" : "Schedule",
        onClick: send,
        loading: sending.state !== "idle",
      }}
    >
      <ProblemList
        title="This campaign cannot be sent"
        problems={problems.filter(({ path }) => !isShown(path)).map(({ path, message }) => `${path} ${message}`)}
      />
      <div className="bk-split">
        <BlockStack gap="400">
          <Panel title="Message">
            <MessageEditor
              place="steps.0"
              step={step}
              languages={data.languages}
              mayDiscount={false}
              hasSubject={false}
              variables={data.variables}
              problems={problems}
              edited={{ place: "steps.0", locale }}
              errorOf={errorOf}
              below={<div className="bk-only-narrow">{shown}</div>}
              onEdit={(edited) => setLocale(edited.locale)}
              onChange={setStep}
            />
          </Panel>
          <Panel title="To whom">
            <Choice
              label="Audience"
              value={whom}
              options={[
                { value: "all", label: "Everyone" },
                { value: "tag", label: "Everyone with a tag" },
              ]}
              onChange={(value) => setWhom(value === "tag" ? "tag" : "all")}
            />
            {whom === "tag" && (
              <TextInput
                label="Tag"
                value={tag}
                onChange={setTag}
                error={errorOf("audience") ?? errorOf("audience.tag")}
                help={
                  data.tags.length > 0 ? `In use: ${data.tags.slice(0, 10).join(", ")}` : "No subscriber has a tag yet."
                }
              />
            )}
            <Text as="p" tone="subdued">
              <span data-beckon-reach={reach ?? ""}>{reachInWords(audience, reach)}</span>
            </Text>
          </Panel>
          <Panel title="When">
            <Choice
              label="Time"
              value={when}
              options={[
                { value: "now", label: "Now" },
                { value: "at", label: "At a time" },
              ]}
              onChange={(value) => setWhen(value === "at" ? "at" : "now")}
            />
            {when === "at" && (
              <div className="bk-pair">
                <TextInput
                  label="Date"
                  type="date"
                  value={at.date}
                  onChange={(date) => setAt({ ...at, date })}
                  error={errorOf("at")}
                />
                <TextInput
                  label="Time of day"
                  type="time"
                  value={at.time}
                  onChange={(time) => setAt({ ...at, time })}
                  help={data.timezone}
                />
              </div>
            )}
            <Choice
              label="For devices that are off, keep it"
              value={ttlHours}
              options={[
                { value: "1", label: "1 hour" },
                { value: "6", label: "6 hours" },
                { value: "24", label: "1 day" },
                { value: "72", label: "3 days" },
                { value: "168", label: "1 week" },
              ]}
              onChange={setTtlHours}
            />
            <Text as="p" variant="bodySm" tone="subdued">
              Who is in quiet hours gets it when they end, by their own clock. Who had enough messages already gets it
              later, or not at all.
            </Text>
          </Panel>
        </BlockStack>
        <div className="bk-sticky bk-only-wide">
          <Card>{shown}</Card>
        </div>
      </div>
    </AdminPage>
  );
}

/** Whether a problem stands beside its field. */
function isShown(path: string): boolean {
  return path.startsWith(`${MESSAGE}.`) || path === "at" || path.startsWith("audience");
}

function reachInWords(audience: Audience | null, reach: number | null): string {
  if (!audience) return "Write a tag to see how many it reaches.";
  if (reach === null) return "Counting …";
  return reach === 1 ? "Reaches about 1 person." : `Reaches about ${formatNumber(reach)} people.`;
}

/** The server's answer to what is on the screen, asked a moment after the last change. */
function useAnswer(question: object | null) {
  const { submit, data } = useFetcher<typeof action>();
  const body = question ? JSON.stringify(question) : null;
  const isFirst = useRef(true);
  useEffect(() => {
    if (body === null) return;
    const ask = () => submit(body, { method: "post", encType: "application/json" });
    const timer = setTimeout(ask, isFirst.current ? 0 : LATER_MS);
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [body, submit]);
  return body === null ? undefined : data;
}

/** Looking at a preview or a count changes nothing. */
export function shouldRevalidate() {
  return false;
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
