import { services } from "../services.server.ts";

/** The process is alive and answers. `time` is the shop clock: the simulated store waits for it to follow. */
export function loader(): Response {
  return Response.json(
    { status: "ok", time: services().clock.now().toISOString() },
    { headers: { "Cache-Control": "no-store" } },
  );
}
