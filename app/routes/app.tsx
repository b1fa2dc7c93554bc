import interStyles from "@fontsource-variable/inter/index.css?url";
import { json } from "@remix-run/node";
import type { HeadersFunction, LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Outlet, useLoaderData, useRouteError } from "@remix-run/react";
import polarisStyles from "@shopify/polaris/build/esm/styles.css?url";
import { adminContext, adminHeaders } from "../admin-request.server.ts";
import { AdminFrame } from "../components/admin-frame.tsx";
import adminStyles from "../components/admin.css?url";
import { LoadingBar } from "../components/loading-bar.tsx";
import { appBridgeUrl } from "../shopify.server.ts";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: interStyles },
  { rel: "stylesheet", href: polarisStyles },
  { rel: "stylesheet", href: adminStyles },
];

export const meta: MetaFunction = () => [{ title: "Beckon" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { config } = await adminContext(request);
  return json({ apiKey: config.shopify.apiKey, appBridgeUrl: appBridgeUrl() });
}

export default function AdminLayout() {
  const data = useLoaderData<typeof loader>();
  return (
    <AdminFrame apiKey={data.apiKey} appBridgeUrl={data.appBridgeUrl}>
      <LoadingBar />
      <Outlet />
    </AdminFrame>
  );
}

/** Shopify's sign-in answers are thrown responses with a little HTML that App Bridge reads. */
export function ErrorBoundary() {
  const error = useRouteError();
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : null;
  if (typeof data === "string") return <div dangerouslySetInnerHTML={{ __html: data || "Signing in …" }} />;
  throw error;
}

export const headers: HeadersFunction = adminHeaders;
