import { readFileSync } from "node:fs";
import { parseToml, tomlString, tomlStrings, tomlTable, tomlTables } from "./toml.ts";

/** What Shopify knows of the app from its shopify.app.toml. */
export type AppConfig = {
  name: string;
  scopes: string[];
  apiVersion: string;
  subscriptions: WebhookSubscription[];
  /** `path` on the app, as in "/proxy"; where the shop serves it. Null: no proxy. */
  proxy: { path: string; prefix: string; subpath: string } | null;
};

export type WebhookSubscription = {
  topic: string;
  /** Path on the app, or an absolute address. */
  uri: string;
  includeFields: string[];
  filter: string | null;
  name: string | null;
  isCompliance: boolean;
};

/** @throws when the file is missing or not readable as TOML */
export function readAppConfig(path: string): AppConfig {
  return parseAppConfig(readFileSync(path, "utf8"));
}

export function parseAppConfig(toml: string): AppConfig {
  const root = parseToml(toml);
  const webhooks = tomlTable(root["webhooks"]);
  const scopes = tomlString(tomlTable(root["access_scopes"])["scopes"]) ?? "";
  const proxy = tomlTable(root["app_proxy"]);
  const proxyUrl = tomlString(proxy["url"]);

  return {
    name: tomlString(root["name"]) ?? "App",
    scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ""),
    apiVersion: tomlString(webhooks["api_version"]) ?? "2026-10",
    subscriptions: tomlTables(webhooks["subscriptions"]).flatMap((entry) => {
      const shared = {
        uri: tomlString(entry["uri"]) ?? "/webhooks",
        includeFields: tomlStrings(entry["include_fields"]),
        filter: tomlString(entry["filter"]),
        name: tomlString(entry["name"]),
      };
      return [
        ...tomlStrings(entry["topics"]).map((topic) => ({ ...shared, topic, isCompliance: false })),
        ...tomlStrings(entry["compliance_topics"]).map((topic) => ({ ...shared, topic, isCompliance: true })),
      ];
    }),
    proxy: proxyUrl
      ? {
          path: pathOf(proxyUrl),
          prefix: tomlString(proxy["prefix"]) ?? "apps",
          subpath: tomlString(proxy["subpath"]) ?? "beckon",
        }
      : null,
  };
}

/** Whether `scopes` allow what `scope` allows: writing includes reading. */
export function hasScope(scopes: readonly string[], scope: string): boolean {
  if (scopes.includes(scope)) return true;
  return scope.startsWith("read_") && scopes.includes(scope.replace("read_", "write_"));
}

function pathOf(url: string): string {
  if (url.startsWith("/")) return url.replace(/\/$/, "");
  return new URL(url).pathname.replace(/\/$/, "");
}
