import type { LoaderFunctionArgs } from "@remix-run/node";
import { adminContext, notFound } from "../admin-request.server.ts";

/** Addresses of the admin that are no page: the way back stays on the screen. */
export async function loader({ request }: LoaderFunctionArgs) {
  await adminContext(request);
  throw notFound("The address may be mistyped.");
}

export default function Nothing() {
  return null;
}

export { PageError as ErrorBoundary } from "../components/page-error.tsx";
