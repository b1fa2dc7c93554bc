import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { replayer } from "../replay/replayer.server.ts";
import { handleApiRequest } from "../rest-api/handle-request.server.ts";
import { services } from "../services.server.ts";

// The whole REST API: its operations are in app/rest-api/endpoints, so that unknown paths and methods get problem details too.

export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  return answer(request);
}

export function action({ request }: ActionFunctionArgs): Promise<Response> {
  return answer(request);
}

function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/api\/v1\/?/, "");
  const all = services();
  return handleApiRequest({ ...all, replay: replayer(all) }, request, path);
}
