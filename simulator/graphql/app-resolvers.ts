import { createHash } from "node:crypto";
import { hasScope } from "../app-config.ts";
import type { Sim } from "../sim.ts";
import { newId } from "../state.ts";
import type { AppMetafield, ShopWebhook } from "../state.ts";
import { gid } from "../webhooks/shapes.ts";
import { TOPIC_SCOPES, graphqlTopic, topicOfGraphql } from "../webhooks/topics.ts";
import { connection } from "./connection.ts";
import type { PageArguments } from "./connection.ts";
import { digits } from "./ids.ts";

// What belongs to the app on this shop: its installation, data, web pixel and webhook subscriptions.

const MAX_METAFIELDS_PER_CALL = 25;
/** Shopify's limit for a value since 2026-04. */
const MAX_VALUE_BYTES = 16_384;
const TYPES = [
  "json",
  "single_line_text_field",
  "multi_line_text_field",
  "boolean",
  "number_integer",
  "url",
  "date_time",
];

export type MetafieldInput = {
  ownerId: string;
  namespace?: string | null;
  key: string;
  type?: string | null;
  value: string;
  compareDigest?: string | null;
};

/** `AppInstallation` */
export function installationView(sim: Sim): object {
  const { installation } = sim.state;
  const id = installation?.id ?? "0";
  const metafields = [...sim.state.appMetafields.values()];
  return {
    __typename: "AppInstallation",
    id: gid("AppInstallation", id),
    launchUrl: `${sim.options.appUrl}/app`,
    uninstallUrl: null,
    app: { id: gid("App", "1"), handle: "beckon", title: sim.options.appConfig().name, apiKey: sim.options.apiKey },
    accessScopes: (installation?.scopes ?? []).map((handle) => ({ handle, description: handle })),
    metafield: ({ namespace, key }: { namespace?: string | null; key: string }) => {
      const found = sim.state.appMetafields.get(`${namespace ?? ""}.${key}`);
      return found ? metafieldView(sim, found) : null;
    },
    metafields: (args: PageArguments & { namespace?: string | null }) =>
      connection(
        metafields.filter((one) => !args.namespace || one.namespace === args.namespace),
        args,
        (one) => metafieldView(sim, one),
        (one) => one.id,
      ),
  };
}

/** Writes the app's own data: all of it, or nothing. */
export function metafieldsSet(sim: Sim, inputs: MetafieldInput[]): object {
  const userErrors = inputs.flatMap((input, index) => metafieldProblems(sim, input, index));
  if (inputs.length > MAX_METAFIELDS_PER_CALL) {
    const message = `Exceeded the maximum metafields input limit of ${MAX_METAFIELDS_PER_CALL}`;
    userErrors.push({ field: ["metafields"], message, code: "LESS_THAN_OR_EQUAL_TO", elementIndex: null });
  }
  if (userErrors.length > 0) return { metafields: null, userErrors };

  const now = sim.clock.now();
  const written = inputs.map((input) => {
    const address = `${input.namespace ?? ""}.${input.key}`;
    const known = sim.state.appMetafields.get(address);
    const metafield: AppMetafield = {
      id: known?.id ?? newId(sim.state),
      namespace: input.namespace ?? "",
      key: input.key,
      type: input.type ?? known?.type ?? "json",
      value: input.value,
      compareDigest: createHash("sha256").update(input.value).digest("hex"),
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
    };
    sim.state.appMetafields.set(address, metafield);
    return metafieldView(sim, metafield);
  });
  return { metafields: written, userErrors: [] };
}

export function metafieldsDelete(sim: Sim, inputs: { ownerId: string; namespace: string; key: string }[]): object {
  const deletedMetafields = inputs.map(({ ownerId, namespace, key }) =>
    sim.state.appMetafields.delete(`${namespace}.${key}`) ? { ownerId, namespace, key } : null,
  );
  return { deletedMetafields, userErrors: [] };
}

/** `webPixelCreate` and, with an id, `webPixelUpdate`. A shop has one pixel of the app. */
export function saveWebPixel(sim: Sim, id: string | null, settings: unknown): object {
  const { state } = sim;
  const refuse = (code: string, message: string, field: string[]): object => ({
    webPixel: null,
    userErrors: [{ code, message, field }],
  });
  if (id === null && state.webPixel) return refuse("TAKEN", "Web pixel is taken.", ["webPixel"]);
  if (id !== null && state.webPixel?.id !== digits("WebPixel", id))
    return refuse("NOT_FOUND", "Web pixel not found.", ["id"]);
  const text = typeof settings === "string" ? settings : JSON.stringify(settings);
  if (!isJsonObject(text))
    return refuse("INVALID_CONFIGURATION_JSON", "Settings must be a JSON object.", ["webPixel", "settings"]);
  state.webPixel = { id: state.webPixel?.id ?? newId(state), settings: text };
  return { webPixel: webPixelView(sim), userErrors: [] };
}

export function deleteWebPixel(sim: Sim, id: string): object {
  const isThis = sim.state.webPixel?.id === digits("WebPixel", id);
  if (!isThis)
    return {
      deletedWebPixelId: null,
      userErrors: [{ code: "NOT_FOUND", message: "Web pixel not found.", field: ["id"] }],
    };
  sim.state.webPixel = null;
  return { deletedWebPixelId: id, userErrors: [] };
}

/** `WebPixel`; null when there is none. */
export function webPixelView(sim: Sim): object | null {
  const pixel = sim.state.webPixel;
  return pixel && { __typename: "WebPixel", id: gid("WebPixel", pixel.id), settings: pixel.settings };
}

export type WebhookInput = {
  uri?: string | null;
  filter?: string | null;
  includeFields?: string[] | null;
  name?: string | null;
};

export function createWebhook(sim: Sim, topicName: string, input: WebhookInput): object {
  const refuse = (field: string[], message: string): object => ({
    webhookSubscription: null,
    userErrors: [{ field, message }],
  });
  const topic = topicOfGraphql(topicName);
  const scope = topic === null ? undefined : TOPIC_SCOPES[topic];
  if (topic === null || (scope && !hasScope(sim.state.installation?.scopes ?? [], scope))) {
    return refuse(["topic"], "You cannot create a webhook subscription with the specified topic");
  }
  if (!input.uri) return refuse(["webhookSubscription", "uri"], "Address can't be blank");
  const isTaken = [...sim.state.shopWebhooks.values()].some(
    (webhook) => webhook.topic === topic && webhook.uri === input.uri,
  );
  if (isTaken) return refuse(["webhookSubscription", "uri"], "Address for this topic has already been taken");
  const webhook: ShopWebhook = {
    id: newId(sim.state),
    topic,
    uri: input.uri,
    includeFields: input.includeFields ?? [],
    filter: input.filter ?? null,
    name: input.name ?? null,
    createdAt: sim.clock.now(),
  };
  sim.state.shopWebhooks.set(webhook.id, webhook);
  return { webhookSubscription: webhookView(sim, webhook), userErrors: [] };
}

export function deleteWebhook(sim: Sim, id: string): object {
  if (sim.state.shopWebhooks.delete(digits("WebhookSubscription", id)))
    return { deletedWebhookSubscriptionId: id, userErrors: [] };
  return {
    deletedWebhookSubscriptionId: null,
    userErrors: [{ field: ["id"], message: "Webhook subscription does not exist" }],
  };
}

/** Those made by API; what shopify.app.toml declares is not listed, as with Shopify. */
export function webhooksConnection(
  sim: Sim,
  args: PageArguments & { topics?: string[] | null; uri?: string | null },
): object {
  const found = [...sim.state.shopWebhooks.values()].filter(
    (webhook) =>
      (!args.topics || args.topics.includes(graphqlTopic(webhook.topic))) && (!args.uri || args.uri === webhook.uri),
  );
  return connection(
    found,
    args,
    (webhook) => webhookView(sim, webhook),
    (webhook) => webhook.id,
  );
}

export function webhookView(sim: Sim, webhook: ShopWebhook): object {
  return {
    __typename: "WebhookSubscription",
    id: gid("WebhookSubscription", webhook.id),
    legacyResourceId: webhook.id,
    topic: graphqlTopic(webhook.topic),
    uri: webhook.uri,
    callbackUrl: webhook.uri,
    format: "JSON",
    includeFields: webhook.includeFields,
    metafieldNamespaces: [],
    filter: webhook.filter,
    name: webhook.name,
    apiVersion: {
      handle: sim.options.appConfig().apiVersion,
      displayName: sim.options.appConfig().apiVersion,
      supported: true,
    },
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.createdAt.toISOString(),
  };
}

type MetafieldError = { field: string[]; message: string; code: string; elementIndex: number | null };

function metafieldProblems(sim: Sim, input: MetafieldInput, index: number): MetafieldError[] {
  const errors: MetafieldError[] = [];
  const say = (field: string, message: string, code: string): void => {
    errors.push({ field: ["metafields", String(index), field], message, code, elementIndex: index });
  };
  const known = sim.state.appMetafields.get(`${input.namespace ?? ""}.${input.key}`);
  const type = input.type ?? known?.type;
  if (input.ownerId !== gid("AppInstallation", sim.state.installation?.id ?? "")) {
    say(
      "ownerId",
      "Access to this namespace and key on Metafields for this resource type is not allowed.",
      "APP_NOT_AUTHORIZED",
    );
  }
  if (!input.namespace || input.namespace.length < 3)
    say("namespace", "Namespace is too short (minimum is 3 characters)", "TOO_SHORT");
  if (input.key.length < 2) say("key", "Key is too short (minimum is 2 characters)", "TOO_SHORT");
  if (!type) say("type", "Type can't be blank", "BLANK");
  else if (!TYPES.includes(type)) say("type", `Type must be one of the following: ${TYPES.join(", ")}.`, "INCLUSION");
  else if (known && known.type !== type) say("type", "Type can't be changed", "INVALID_TYPE");
  if (type === "json" && !isJson(input.value)) say("value", "Value is invalid JSON.", "INVALID_VALUE");
  if (Buffer.byteLength(input.value) > MAX_VALUE_BYTES)
    say("value", "Value is too long (maximum is 16384 bytes)", "TOO_LONG");
  if (input.compareDigest !== undefined && (known?.compareDigest ?? null) !== input.compareDigest) {
    const message =
      "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.";
    say("compareDigest", message, "STALE_OBJECT");
  }
  return errors;
}

function metafieldView(sim: Sim, metafield: AppMetafield): object {
  return {
    __typename: "Metafield",
    id: gid("Metafield", metafield.id),
    legacyResourceId: metafield.id,
    namespace: metafield.namespace,
    key: metafield.key,
    type: metafield.type,
    value: metafield.value,
    jsonValue: metafield.type === "json" ? (JSON.parse(metafield.value) as unknown) : metafield.value,
    compareDigest: metafield.compareDigest,
    description: null,
    sizeInBytes: Buffer.byteLength(metafield.value),
    ownerType: "API_PERMISSION",
    owner: () => installationView(sim),
    createdAt: metafield.createdAt.toISOString(),
    updatedAt: metafield.updatedAt.toISOString(),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isJsonObject(text: string): boolean {
  if (!isJson(text)) return false;
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
