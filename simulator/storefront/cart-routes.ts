import { CartError } from "../commerce/carts.ts";
import { HttpError, json, redirect } from "../http.ts";
import type { SimResponse } from "../http.ts";
import type { Sim } from "../sim.ts";
import { cartJson } from "./cart-json.ts";
import { addedLines, cartFields, isObject, readParameters } from "./cart-parameters.ts";
import type { Parameters } from "./cart-parameters.ts";
import { changeVisitCart } from "./cart-session.ts";
import type { CartSession } from "./cart-session.ts";
import type { Visit } from "./visit.ts";

// Shopify's AJAX Cart API (https://shopify.dev/docs/api/ajax/reference/cart): each action as "/cart/NAME.js" for scripts and as
// "/cart/NAME" for plain forms, which are led back to the cart's page.

type Action = (sim: Sim, visit: Visit, parameters: Parameters) => { session: CartSession; answer: unknown };

const ACTIONS: Record<string, Action> = { add, update, change, clear };

/** Answers GET /cart.js and the cart's actions; null for other paths. */
export function answerCart(sim: Sim, visit: Visit): SimResponse | null {
  if (visit.path === "/cart.js" || visit.path === "/cart.json") return json(cartJson(sim, visit), 200, NO_STORE);

  // The cart page's own form: quantities and note, and on to the checkout if that button was pressed.
  if (visit.path === "/cart" && visit.request.method === "POST") return answerAction(sim, visit, update, false);

  const match = /^\/cart\/(add|update|change|clear)(\.js|\.json)?$/.exec(visit.path);
  const action = match?.[1] ? ACTIONS[match[1]] : undefined;
  if (!action) return null;

  const isScript = match?.[2] !== undefined || (visit.request.headers.accept ?? "").includes("application/json");
  return answerAction(sim, visit, action, isScript);
}

function answerAction(sim: Sim, visit: Visit, action: Action, isScript: boolean): SimResponse {
  const parameters = readParameters(visit.request);
  try {
    const { session, answer } = action(sim, visit, parameters);
    const headers = { ...NO_STORE, "set-cookie": session.cookies };
    if (isScript) return json(answer, 200, headers);
    return redirect(`${visit.folder}/${"checkout" in parameters ? "checkout" : "cart"}`, 302, headers);
  } catch (error) {
    if (!isScript) return redirect(`${visit.folder}/cart`);
    if (error instanceof CartError) return refusal(error.status, "Cart Error", error.message);
    if (error instanceof HttpError) return refusal("bad_request", "Parameter Missing or Invalid", error.message);
    throw error;
  }
}

const NO_STORE = { "cache-control": "no-store" };

function add(sim: Sim, visit: Visit, parameters: Parameters): ReturnType<Action> {
  const lines = addedLines(parameters);
  if (lines.length === 0) throw new HttpError(400, "Required parameter missing or invalid: items");

  const session = changeVisitCart(sim, visit, { ...cartFields(parameters), add: lines });
  const { items } = cartJson(sim, session.visit);
  const added = lines.flatMap((line) => items.find((item) => String(item.variant_id) === line.variantId) ?? []);
  return { session, answer: parameters["items"] === undefined ? added[0] : { items: added } };
}

function update(sim: Sim, visit: Visit, parameters: Parameters): ReturnType<Action> {
  const quantities = quantitiesOf(visit, parameters["updates"]);
  const session = changeVisitCart(sim, visit, { ...cartFields(parameters), quantities });
  return { session, answer: cartJson(sim, session.visit) };
}

function change(sim: Sim, visit: Visit, parameters: Parameters): ReturnType<Action> {
  const line = Number(parameters["line"] ?? 0);
  const name = line > 0 ? visit.cart?.items[line - 1]?.key : textOf(parameters["id"]);
  const exists = visit.cart?.items.some((item) => item.key === name || item.variantId === name) ?? false;
  if (!name || !exists) throw new HttpError(400, "no valid id or line parameter");

  const quantity = Math.max(0, Math.floor(Number(parameters["quantity"] ?? 1)) || 0);
  const session = changeVisitCart(sim, visit, { ...cartFields(parameters), quantities: { [name]: quantity } });
  return { session, answer: { ...cartJson(sim, session.visit), items_added: [], items_removed: [] } };
}

function clear(sim: Sim, visit: Visit): ReturnType<Action> {
  const session = changeVisitCart(sim, visit, { clear: true });
  return { session, answer: cartJson(sim, session.visit) };
}

/** `updates` is an object by variant or line key, or a list in the order of the lines. */
function quantitiesOf(visit: Visit, updates: unknown): Record<string, number> {
  const pairs = Array.isArray(updates)
    ? (visit.cart?.items ?? [])
        .map((item, index) => [item.key, updates[index]] as const)
        .filter(([, value]) => value !== undefined)
    : Object.entries(isObject(updates) ? updates : {});
  return Object.fromEntries(pairs.map(([name, value]) => [name, Math.max(0, Math.floor(Number(value)) || 0)]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function refusal(status: number | "bad_request", message: string, description: string): SimResponse {
  return json({ status, message, description }, status === "bad_request" ? 400 : status, NO_STORE);
}
