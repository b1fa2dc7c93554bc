import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import type { Services } from "../services.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";
import type { Shop } from "../shopify/shop-store.ts";
import { readToken } from "../signed-token.server.ts";
import { deadLinkPage } from "../storefront-pages/go-page.ts";
import { wantsPage } from "../storefront-pages/page.ts";
import { preferencesPage } from "../storefront-pages/preferences-page.ts";
import type { PreferencesView } from "../storefront-pages/preferences-page.ts";
import { pageLanguage } from "../storefront-pages/texts.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";

const METHODS = ["GET", "HEAD", "POST"];
const DAY_MS = 86_400_000;

/** A browser's own notifications page. Opened only with a token we signed for that subscription. */
export function loader({ request }: LoaderFunctionArgs) {
  return answerPublicly("preferences", async (app) => {
    const { shop, shopRow, query } = await checkProxyRequest(request, app, { methods: METHODS, schema: null });
    const subscription = await subscriptionOf(app, shop, query.get("token"));
    if (subscription === "refused") return refuse(request);
    return show(app, request, shopRow, query, subscription, null);
  });
}

const form = z.object({
  do: z.tuple([z.enum(["save", "unsubscribe", "resume", "pause-1", "pause-7", "pause-30", "download", "remove"])]),
  marketing: z.array(z.string().max(10)).max(5).default([]),
  kind: z.array(z.string().max(60)).max(100).default([]),
  offered: z.array(z.string().max(60)).max(100).default([]),
});

export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("preferences", async (app) => {
    if (request.method !== "POST") return methodNotAllowed(METHODS);
    const checked = await checkProxyRequest(request, app, { methods: METHODS, schema: form, encoding: "form" });
    const { shop, shopRow, query, body } = checked;
    const subscription = await subscriptionOf(app, shop, query.get("token"));
    if (subscription === "refused") return refuse(request);
    if (subscription === null) return show(app, request, shopRow, query, null, null);

    const { store, clock } = app;
    const now = clock.now();
    const [wish] = body.do;
    const keep = {
      pausedUntil: subscription.pausedUntil,
      mutedKinds: subscription.mutedKinds,
      consentMarketing: subscription.consentMarketing,
    };
    switch (wish) {
      case "download":
        return download(await store.privacy.exportVisitor(shop, subscription.visitorId));
      case "remove":
        await store.privacy.forgetVisitor(shop, subscription.visitorId);
        return show(app, request, shopRow, query, null, "removed");
      case "unsubscribe":
        await store.subscriptions.end(shop, subscription.id, "unsubscribed", now);
        break;
      case "resume":
        await store.subscriptions.setPreferences(shop, subscription.id, { ...keep, pausedUntil: null }, now);
        break;
      case "save": {
        const others = subscription.mutedKinds.filter((kind) => !body.offered.includes(kind));
        const muted = body.offered.filter((kind) => !body.kind.includes(kind));
        await store.subscriptions.setPreferences(
          shop,
          subscription.id,
          { ...keep, mutedKinds: [...new Set([...others, ...muted])], consentMarketing: body.marketing.length > 0 },
          now,
        );
        break;
      }
      default: {
        const days = Number(wish.slice("pause-".length));
        const pausedUntil = new Date(now.getTime() + days * DAY_MS);
        await store.subscriptions.setPreferences(shop, subscription.id, { ...keep, pausedUntil }, now);
      }
    }
    const changed = await store.subscriptions.byId(shop, subscription.id);
    return show(app, request, shopRow, query, changed, wish === "unsubscribe" ? "unsubscribed" : "saved");
  });
}

/** Null: the token is ours, the subscription no longer there. */
async function subscriptionOf(
  { keyring, store }: Services,
  shop: string,
  token: string | null,
): Promise<Subscription | null | "refused"> {
  const claims = readToken(keyring, "preferences", token ?? "");
  if (typeof claims?.["u"] !== "string" || claims["s"] !== shop) return "refused";
  return store.subscriptions.byId(shop, claims["u"]);
}

function refuse(request: Request): Response {
  if (wantsPage(request)) return deadLinkPage(pageLanguage(request.headers.get("accept-language")), 403);
  return problem(403, "The token is missing or not one of this shop's.");
}

async function show(
  { store, clock }: Services,
  request: Request,
  shop: Shop,
  query: URLSearchParams,
  subscription: Subscription | null,
  notice: PreferencesView["notice"],
): Promise<Response> {
  const language = pageLanguage(query.get("locale"), subscription?.locale, request.headers.get("accept-language"));
  const enabled = (await store.journeys.list(shop.shop)).filter((journey) => journey.enabled);
  const kinds = [...enabled.map(({ kind }) => kind), "campaign"];
  const isPaused = subscription?.pausedUntil && subscription.pausedUntil > clock.now();
  const isOn = subscription?.state === "active";
  const { proxyPath } = shop;
  return preferencesPage({
    language,
    shopName: shop.name,
    timezone: subscription?.timezone ?? shop.timezone,
    proxyPath,
    action: `${proxyPath}/preferences?token=${encodeURIComponent(query.get("token") ?? "")}&locale=${language.lang}`,
    state: isOn ? "on" : subscription === null ? "removed" : "off",
    pausedUntil: isPaused ? subscription.pausedUntil : null,
    consentMarketing: subscription?.consentMarketing ?? false,
    kinds: kinds.map((kind) => ({ kind, isOn: !subscription?.mutedKinds.includes(kind) })),
    notice,
  });
}

function download(data: unknown): Response {
  return new Response(JSON.stringify(data ?? {}, null, 2), {
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="my-data.json"',
      "Cache-Control": "no-store",
    },
  });
}
