import { problem } from "../shopify/problem.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";

/** What no route below /proxy answers. */
export function loader() {
  return answerPublicly("other", async () => problem(404, "There is nothing here."));
}

export const action = loader;
