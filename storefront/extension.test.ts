import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { check } from "@shopify/theme-check-node";
import { expect, test } from "vitest";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../extensions/beckon", import.meta.url));
const CONFIG = fileURLToPath(new URL("theme-check.yml", import.meta.url));

const read = (path: string) => readFileSync(`${ROOT}/${path}`, "utf8");
const list = (folder: string) => readdirSync(`${ROOT}/${folder}`);
const blocks = list("blocks");

// theme-check looks into no schema of an app block; these are the rules that Shopify applies at deploy.
const label = z.string().min(1);
const setting = z.discriminatedUnion("type", [
  z.strictObject({ type: z.enum(["header", "paragraph"]), content: label }),
  z.strictObject({
    type: z.enum(["checkbox"]),
    id: z.string().regex(/^[a-z][a-z0-9_]*$/),
    label,
    info: label.optional(),
    default: z.boolean(),
  }),
  z.strictObject({
    type: z.enum(["text", "textarea", "color", "image_picker", "url"]),
    id: z.string().regex(/^[a-z][a-z0-9_]*$/),
    label,
    info: label.optional(),
    default: z.string().min(1).optional(),
  }),
  z.strictObject({
    type: z.literal("product"),
    id: z.string().regex(/^[a-z][a-z0-9_]*$/),
    label,
    autofill: z.boolean().optional(),
  }),
]);
const TEMPLATES = ["index", "product", "collection", "list-collections", "cart", "page", "blog", "article", "search"];
const schema = z.strictObject({
  name: label,
  target: z.enum(["section", "head", "body", "compliance_head"]),
  enabled_on: z.strictObject({ templates: z.array(z.enum(TEMPLATES)).min(1) }).optional(),
  settings: z.array(setting),
});

function schemaOf(block: string): z.infer<typeof schema> {
  const source = /\{% schema %\}([\s\S]*?)\{% endschema %\}/.exec(read(`blocks/${block}`));
  return schema.parse(JSON.parse(source![1]!));
}

function leaves(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as [string, string]]
      : leaves(value as object, `${path}${key}.`),
  );
}
const texts = (file: string) => new Map(leaves(JSON.parse(read(`locales/${file}`)) as object));

test("passes Shopify's theme check", async () => {
  const offenses = await check(ROOT, CONFIG);

  expect(offenses.map(({ check: name, message, uri }) => `${uri.split("/").at(-1)}: ${name}: ${message}`)).toEqual([]);
}, 60_000);

test("holds only what Shopify's tool accepts, in flat folders, within its limits", () => {
  expect(list(".").toSorted()).toEqual(["assets", "blocks", "locales", "shopify.extension.toml", "snippets"]);
  const liquid = [...blocks.map((name) => `blocks/${name}`), ...list("snippets").map((name) => `snippets/${name}`)];
  expect(liquid.reduce((sum, path) => sum + read(path).length, 0)).toBeLessThan(100_000);
  for (const file of list("locales")) expect(Buffer.byteLength(read(`locales/${file}`)), file).toBeLessThan(15_000);
  expect(blocks.length).toBeLessThanOrEqual(30);
});

test.each(blocks)("%s has a schema that Shopify accepts", (block) => {
  const { settings } = schemaOf(block);
  const ids = settings.flatMap((one) => ("id" in one ? [one.id] : []));

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids)
    expect(read(`blocks/${block}`), `block.settings.${id} is read`).toContain(`block.settings.${id}`);
});

test("the embed stands in the body, the blocks in sections", () => {
  const targets = Object.fromEntries(blocks.map((block) => [block, schemaOf(block).target]));

  expect(targets).toEqual({ "beckon-embed.liquid": "body", "bell.liquid": "section", "stock-alert.liquid": "section" });
  expect(schemaOf("stock-alert.liquid").enabled_on).toEqual({ templates: ["product"] });
});

test("every text of the schemas is translated, and names are short enough", () => {
  const english = texts("en.default.schema.json");
  const keys = blocks.flatMap((block) =>
    [...JSON.stringify(schemaOf(block)).matchAll(/"t:([^"]+)"/g)].map((m) => m[1]!),
  );

  expect(new Set(keys)).toEqual(new Set(english.keys()));
  for (const file of list("locales").filter((name) => name.endsWith(".schema.json"))) {
    expect([...texts(file).keys()], file).toEqual([...english.keys()]);
    for (const block of blocks) {
      const name = texts(file).get(schemaOf(block).name.replace("t:", ""))!;
      expect(name.length, `${file}: ${name}`).toBeLessThan(25);
    }
  }
});

test("every text of the blocks is translated into all languages, and none is left over", () => {
  const english = texts("en.default.json");
  const used = [
    ...blocks.map((name) => `blocks/${name}`),
    ...list("snippets").map((name) => `snippets/${name}`),
  ].flatMap((path) => [...read(path).matchAll(/'([a-z_.]+)' \| t\b/g)].map((match) => match[1]!));

  expect(new Set(used)).toEqual(new Set(english.keys()));
  const languages = list("locales").filter((name) => /^[a-z-]+(\.default)?\.json$/.test(name));
  expect(languages.toSorted()).toEqual(["ar.json", "en.default.json", "tr.json"]);
  for (const file of languages) {
    expect([...texts(file).keys()], file).toEqual([...english.keys()]);
    if (file !== "en.default.json") {
      for (const [key, text] of texts(file)) expect(text, `${file}: ${key}`).not.toBe(english.get(key));
    }
  }
});

test("every script that Liquid names is there", () => {
  const names = [...read("snippets/beckon-data.liquid").matchAll(/'(beckon[a-z-]*\.js)' \| asset_url/g)].map(
    (m) => m[1]!,
  );

  for (const name of [...names, "beckon.js"]) expect(existsSync(`${ROOT}/assets/${name}`), name).toBe(true);
  expect(list("assets").toSorted()).toEqual([...names, "beckon.js"].toSorted());
});
