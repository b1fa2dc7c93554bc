import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { receiptSchema } from "../receipts/receipt-schema.ts";
import { takeReceipt } from "../receipts/take-receipt.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { answerPublicly, emptyAnswer } from "../shopify/proxy-route.server.ts";
import { openPreflight, readOpenBody, withOpenCors } from "../shopify/open-request.server.ts";

const METHODS = ["POST"];

export function loader({ request }: LoaderFunctionArgs) {
  if (request.method === "OPTIONS") return openPreflight(METHODS);
  return answerPublicly("receipts", async () => withOpenCors(methodNotAllowed(METHODS)));
}

/** Receipts straight from the worker, when the shop's own path does not get them through. The token is the proof. */
export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("receipts", async (app) => {
    const receipt = await readOpenBody(request, METHODS, receiptSchema);
    if (!(await takeReceipt(app, receipt, null))) {
      return withOpenCors(problem(400, "The token is not one of our deliveries."));
    }
    return withOpenCors(emptyAnswer(204));
  });
}
