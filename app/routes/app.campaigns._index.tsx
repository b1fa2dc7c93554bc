import { json } from "@remix-run/node";
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData, useRevalidator, useSearchParams } from "@remix-run/react";
import { useEffect } from "react";
import { z } from "zod";
import { adminContext, adminHeaders, notFound } from "../admin-request.server.ts";
import { campaignRequestSchema } from "../campaigns/campaign.ts";
import { changeCampaign } from "../campaigns/campaigns.server.ts";
import type { Campaign } from "../campaigns/campaign-store.ts";
import { AdminPage, NothingHere, Notice, Panel } from "../components/admin-page.tsx";
import { CampaignRow } from "../components/campaign-row.tsx";
import type { CampaignRowData } from "../components/campaign-row.tsx";
import { KeysetPager } from "../components/keyset-pager.tsx";
import { isRightToLeft } from "../components/text-direction.ts";

const ROWS_ON_A_PAGE = 10;
const LOOK_AGAIN_MS = 2_000;

export async function loader({ request }: LoaderFunctionArgs) {
  const { store, shop, row } = await adminContext(request);
  const before = positionOf(new URL(request.url).searchParams.get("before"));
  const { rows, hasMore } = await store.campaigns.list(shop, before, ROWS_ON_A_PAGE);
  const campaigns: CampaignRowData[] = [];
  for (const { id } of rows) {
    const campaign = await store.campaigns.get(shop, id);
    if (campaign) campaigns.push(shownCampaign(campaign, row.primaryLocale));
    // Counting a large one takes milliseconds; what a shopper's browser asks has its turn between two.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const last = rows.at(-1);
  return json({
    timezone: row.timezone,
    campaigns,
    isFirstPage: before === null,
    next: hasMore && last ? `${last.createdAt.getTime()}.${last.id}` : null,
  });
}

function shownCampaign(campaign: Campaign, locale: string): CampaignRowData {
  const { id, state, audience, dueAt, decided, audienceSize, counts } = campaign;
  const { texts } = campaignRequestSchema.parse(campaign.request);
  const lang = texts[locale] ? locale : (Object.keys(texts)[0] ?? "en");
  return {
    id,
    title: texts[lang]?.title ?? "",
    body: texts[lang]?.body ?? "",
    lang,
    dir: isRightToLeft(lang) ? "rtl" : "ltr",
    audience: "all" in audience ? "Everyone" : `Tag “${audience.tag}”`,
    state,
    dueAt: dueAt.toISOString(),
    decided,
    audienceSize,
    counts,
  };
}

function positionOf(text: string | null): { createdAt: Date; id: string } | null {
  const [at, id] = text?.split(".") ?? [];
  const createdAt = new Date(Number(at));
  return id && !Number.isNaN(createdAt.getTime()) ? { createdAt, id: id.slice(0, 64) } : null;
}

const changeSchema = z.object({ id: z.string().min(1).max(64), verb: z.enum(["pause", "resume", "stop"]) });

export async function action({ request }: ActionFunctionArgs) {
  const { store, clock, shop } = await adminContext(request);
  const parsed = changeSchema.safeParse(Object.fromEntries(await request.formData()));
  if (!parsed.success) return json({ isOver: false }, { status: 400 });

  const campaign = await changeCampaign({ store, clock }, shop, parsed.data.id, parsed.data.verb);
  if (!campaign) throw notFound("There is no such campaign.");
  return json({ isOver: campaign === "refused" });
}

export default function Campaigns() {
  const { campaigns, timezone, isFirstPage, next } = useLoaderData<typeof loader>();
  const [, setQuery] = useSearchParams();
  useProgress(campaigns.some(({ state }) => state === "sending"));

  return (
    <AdminPage
      title="Campaigns"
      subtitle="One message to everyone, or to everyone with a tag."
      primary={{ label: "New campaign", url: "/app/campaigns/new" }}
    >
      <Panel flush>
        {campaigns.length === 0 ? (
          <NothingHere title="No campaigns yet" action={{ label: "Write the first one", url: "/app/campaigns/new" }}>
            Quiet hours, caps and what people switched off are kept to, as in your journeys.
          </NothingHere>
        ) : (
          campaigns.map((campaign) => <ChangeableRow key={campaign.id} campaign={campaign} timezone={timezone} />)
        )}
        <KeysetPager
          isFirstPage={isFirstPage}
          hasNext={next !== null}
          onFirst={() => setQuery({})}
          onNext={() => setQuery({ before: next ?? "" })}
        />
      </Panel>
    </AdminPage>
  );
}

function ChangeableRow({ campaign, timezone }: { campaign: CampaignRowData; timezone: string }) {
  const fetcher = useFetcher<typeof action>();
  return (
    <>
      {fetcher.data?.isOver && (
        <Notice tone="info" title="It was over already">
          All of it had left by then.
        </Notice>
      )}
      <CampaignRow
        campaign={campaign}
        timezone={timezone}
        isBusy={fetcher.state !== "idle"}
        onChange={(verb) => fetcher.submit({ id: campaign.id, verb }, { method: "post" })}
      />
    </>
  );
}

/** Looks again while something is being sent, and only while somebody looks. */
function useProgress(isSending: boolean): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!isSending || state !== "idle") return;
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") revalidate();
    }, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isSending, state, revalidate]);
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
export const headers: HeadersFunction = adminHeaders;
