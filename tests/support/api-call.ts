import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { handleApiRequest } from "../../app/rest-api/handle-request.server.ts";
import { replayer } from "../../app/replay/replayer.server.ts";
import { SHOP } from "./journey-world.ts";
import type { World } from "./journey-world.ts";

/** Calls the REST API of a journey world's shop, as its merchant's systems do. */
export async function apiOf(world: World) {
  const { store, clock, keyring } = world;
  const { key } = await createApiKey(store, SHOP, "test", clock.now());
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const request = new Request(`http://app.example/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await handleApiRequest(
      { store, clock, keyring, log: createLogger("silent"), replay: replayer({ store, clock }) },
      request,
      path,
    );
    const text = await response.text();
    return { status: response.status, json: (text === "" ? null : JSON.parse(text)) as Record<string, unknown> };
  };
}
