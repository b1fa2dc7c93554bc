import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { buildClientSchema, validateSchema } from "graphql";
import type {
  IntrospectionEnumType,
  IntrospectionField,
  IntrospectionInputObjectType,
  IntrospectionInputValue,
  IntrospectionObjectType,
  IntrospectionQuery,
  IntrospectionType,
  IntrospectionTypeRef,
} from "graphql";

// Writes simulator/admin-schema.json: the part of Shopify's Admin API schema that the app may use and the simulated
// shop answers, taken from the introspection in the npm package @shopify/dev-mcp, without descriptions.
// Run by hand when an operation needs more: `node scripts/extract-admin-schema.ts`.

const PACKAGE = "@shopify/dev-mcp@1.16.0";
const FILE = "package/dist/data/admin_2026-10.json.gz";
const TARGET = join(import.meta.dirname, "..", "simulator", "admin-schema.json");

const QUERIES = [
  "abandonedCheckouts",
  "codeDiscountNode",
  "codeDiscountNodeByCode",
  "codeDiscountNodes",
  "collection",
  "collections",
  "currentAppInstallation",
  "customer",
  "customers",
  "discountRedeemCodeBulkCreation",
  "inventoryItem",
  "job",
  "locations",
  "node",
  "nodes",
  "order",
  "orders",
  "product",
  "productByIdentifier",
  "productVariant",
  "productVariants",
  "products",
  "shop",
  "shopLocales",
  "webPixel",
  "webhookSubscription",
  "webhookSubscriptions",
];

const MUTATIONS = [
  "discountCodeActivate",
  "discountCodeBasicCreate",
  "discountCodeBasicUpdate",
  "discountCodeDeactivate",
  "discountCodeDelete",
  "discountCodeFreeShippingCreate",
  "discountCodeRedeemCodeBulkDelete",
  "discountRedeemCodeBulkAdd",
  "metafieldsDelete",
  "metafieldsSet",
  "webPixelCreate",
  "webPixelDelete",
  "webPixelUpdate",
  "webhookSubscriptionCreate",
  "webhookSubscriptionDelete",
];

/** Objects kept with every field whose own type is kept. Payloads, inputs, enums and scalars follow by themselves. */
const OBJECTS = [
  "AbandonedCheckout",
  "AbandonedCheckoutConnection",
  "AbandonedCheckoutEdge",
  "AbandonedCheckoutLineItem",
  "AbandonedCheckoutLineItemConnection",
  "AbandonedCheckoutLineItemEdge",
  "AccessScope",
  "ApiVersion",
  "App",
  "AppInstallation",
  "Attribute",
  "Collection",
  "CollectionConnection",
  "CollectionEdge",
  "Count",
  "CurrencyFormats",
  "Customer",
  "CustomerConnection",
  "CustomerEdge",
  "CustomerEmailAddress",
  "CustomerPhoneNumber",
  "DiscountAmount",
  "DiscountCodeBasic",
  "DiscountCodeFreeShipping",
  "DiscountCodeNode",
  "DiscountCodeNodeConnection",
  "DiscountCodeNodeEdge",
  "DiscountCombinesWith",
  "DiscountCustomerGets",
  "DiscountMinimumQuantity",
  "DiscountMinimumSubtotal",
  "DiscountPercentage",
  "DiscountRedeemCode",
  "DiscountRedeemCodeBulkCreation",
  "DiscountRedeemCodeBulkCreationCode",
  "DiscountRedeemCodeBulkCreationCodeConnection",
  "DiscountRedeemCodeBulkCreationCodeEdge",
  "DiscountRedeemCodeConnection",
  "DiscountRedeemCodeEdge",
  "DiscountUserError",
  "Domain",
  "Fulfillment",
  "FulfillmentEvent",
  "FulfillmentEventConnection",
  "FulfillmentEventEdge",
  "FulfillmentTrackingInfo",
  "Image",
  "InventoryItem",
  "InventoryLevel",
  "InventoryLevelConnection",
  "InventoryLevelEdge",
  "InventoryQuantity",
  "Job",
  "LineItem",
  "LineItemConnection",
  "LineItemEdge",
  "Location",
  "LocationConnection",
  "LocationEdge",
  "MediaConnection",
  "MediaEdge",
  "MediaImage",
  "MediaPreviewImage",
  "Metafield",
  "MetafieldConnection",
  "MetafieldEdge",
  "MetafieldIdentifier",
  "MoneyBag",
  "MoneyV2",
  "Order",
  "OrderConnection",
  "OrderEdge",
  "PageInfo",
  "Product",
  "ProductConnection",
  "ProductEdge",
  "ProductOption",
  "ProductPriceRangeV2",
  "ProductVariant",
  "ProductVariantConnection",
  "ProductVariantContextualPricing",
  "ProductVariantEdge",
  "SelectedOption",
  "Shop",
  "ShopLocale",
  "ShopPlan",
  "Translation",
  "WebPixel",
  "WebhookSubscription",
  "WebhookSubscriptionConnection",
  "WebhookSubscriptionEdge",
];

const ABSTRACT = [
  "DiscountCode",
  "DiscountCustomerGetsValue",
  "DiscountMinimumRequirement",
  "DisplayableError",
  "HasMetafields",
  "LegacyInteroperability",
  "Media",
  "Node",
];

type Access = { typeName: string; fieldName?: string; offlineScopes: string[] };
type Source = { data: IntrospectionQuery; offline_scopes: { items: Access[] } };

const source = readSource();
const byName = new Map(source.data.__schema.types.map((type) => [type.name, type]));
const extract = extractSchema();
validateSchema(buildClientSchema(extract)).forEach((error) => {
  throw error;
});
const json = JSON.stringify({
  __schema: extract.__schema,
  access: accessRules(new Set(extract.__schema.types.map((type) => type.name))),
});
writeFileSync(TARGET, `${json}\n`);
console.log(`${TARGET}: ${extract.__schema.types.length} types, ${Math.round(json.length / 1000)} kB`);

function readSource(): Source {
  const folder = mkdtempSync(join(tmpdir(), "admin-schema-"));
  try {
    const packed = execFileSync("npm", ["pack", PACKAGE, "--silent"], { cwd: folder, encoding: "utf8" }).trim();
    execFileSync("tar", ["xzf", packed, FILE], { cwd: folder });
    return JSON.parse(gunzipSync(readFileSync(join(folder, FILE))).toString("utf8")) as Source;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function extractSchema(): IntrospectionQuery {
  const kept = new Set<string>([...OBJECTS, ...ABSTRACT]);
  const payloads = rootFields("Mutation", MUTATIONS).map((field) => named(field.type));
  for (const payload of payloads) kept.add(payload);
  for (const name of payloads) addUserErrors(name, kept);

  // Fields decide which inputs are needed, and inputs need others: until nothing is added.
  let size = -1;
  while (size !== kept.size) {
    size = kept.size;
    for (const name of kept) for (const needed of neededBy(name, kept)) kept.add(needed);
    for (const field of [...rootFields("QueryRoot", QUERIES), ...rootFields("Mutation", MUTATIONS)]) {
      for (const argument of field.args) kept.add(named(argument.type));
    }
  }
  for (const name of ["String", "Boolean", "Int", "Float", "ID"]) kept.add(name);
  for (const name of byName.keys()) if (name.startsWith("__")) kept.add(name);

  const types = [...kept].toSorted().map((name) => slimType(typeNamed(name), kept));
  types.push(root("QueryRoot", QUERIES), root("Mutation", MUTATIONS));
  return {
    __schema: {
      queryType: { kind: "OBJECT", name: "QueryRoot" },
      mutationType: { kind: "OBJECT", name: "Mutation" },
      subscriptionType: null,
      types,
      directives: source.data.__schema.directives
        .filter((directive) => ["include", "skip", "deprecated", "specifiedBy", "oneOf"].includes(directive.name))
        .map((directive) => ({ ...directive, description: null, args: directive.args.map(slimInput) })),
    },
  };
}

function rootFields(type: "QueryRoot" | "Mutation", names: string[]): IntrospectionField[] {
  const found = typeNamed(type) as IntrospectionObjectType;
  return names.map((name) => {
    const field = found.fields.find((candidate) => candidate.name === name);
    if (!field) throw new Error(`${type} has no field ${name}`);
    return field;
  });
}

function root(name: "QueryRoot" | "Mutation", fields: string[]): IntrospectionType {
  return { kind: "OBJECT", name, interfaces: [], fields: rootFields(name, fields).map(slimField) };
}

function addUserErrors(payload: string, kept: Set<string>): void {
  for (const field of (typeNamed(payload) as IntrospectionObjectType).fields) {
    if (field.name.endsWith("Errors") || OBJECTS.includes(named(field.type))) kept.add(named(field.type));
  }
}

/** Enums, scalars and inputs that a kept type's kept fields use. */
function neededBy(name: string, kept: Set<string>): string[] {
  const type = typeNamed(name);
  if (type.kind === "INPUT_OBJECT") return type.inputFields.map((field) => named(field.type));
  if (type.kind !== "OBJECT" && type.kind !== "INTERFACE") return [];
  return type.fields
    .filter((field) => isKeptField(field, kept))
    .flatMap((field) => [named(field.type), ...field.args.map((argument) => named(argument.type))]);
}

function isKeptField(field: IntrospectionField, kept: Set<string>): boolean {
  const kind = typeNamed(named(field.type)).kind;
  if (kind === "SCALAR" || kind === "ENUM") return true;
  return kept.has(named(field.type));
}

function slimType(type: IntrospectionType, kept: Set<string>): IntrospectionType {
  const { kind, name } = type;
  switch (kind) {
    case "OBJECT":
      return {
        kind,
        name,
        interfaces: type.interfaces.filter((one) => kept.has(one.name)),
        fields: slimFields(type.fields, kept),
      };
    case "INTERFACE":
      return {
        kind,
        name,
        interfaces: type.interfaces.filter((one) => kept.has(one.name)),
        fields: slimFields(type.fields, kept),
        possibleTypes: type.possibleTypes.filter((one) => kept.has(one.name)),
      };
    case "UNION":
      return { kind, name, possibleTypes: type.possibleTypes.filter((one) => kept.has(one.name)) };
    case "ENUM":
      return { kind, name, enumValues: slimEnum(type) };
    case "INPUT_OBJECT":
      return slimInputObject(type);
    case "SCALAR":
      return { kind, name };
  }
}

function slimFields(fields: readonly IntrospectionField[], kept: Set<string>): IntrospectionField[] {
  return fields.filter((field) => isKeptField(field, kept)).map(slimField);
}

function slimField(field: IntrospectionField): IntrospectionField {
  const { name, args, type, isDeprecated } = field;
  return { name, args: args.map(slimInput), type, isDeprecated, deprecationReason: isDeprecated ? "deprecated" : null };
}

function slimInput(value: IntrospectionInputValue): IntrospectionInputValue {
  const { name, type, defaultValue } = value;
  return { name, type, defaultValue: defaultValue ?? null };
}

function slimEnum(type: IntrospectionEnumType): IntrospectionEnumType["enumValues"] {
  return type.enumValues.map(({ name, isDeprecated }) => ({
    name,
    isDeprecated,
    deprecationReason: isDeprecated ? "deprecated" : null,
  }));
}

function slimInputObject(type: IntrospectionInputObjectType): IntrospectionInputObjectType {
  return { kind: type.kind, name: type.name, inputFields: type.inputFields.map(slimInput), isOneOf: type.isOneOf };
}

/** "Type" or "Type.field" → scopes of which the app needs one. */
function accessRules(types: Set<string>): Record<string, string[]> {
  const rules: Record<string, string[]> = {};
  for (const { typeName, fieldName, offlineScopes } of source.offline_scopes.items) {
    if (!types.has(typeName) || offlineScopes.length === 0) continue;
    if (fieldName && typeName === "QueryRoot" && !QUERIES.includes(fieldName)) continue;
    if (fieldName && typeName === "Mutation" && !MUTATIONS.includes(fieldName)) continue;
    rules[fieldName ? `${typeName}.${fieldName}` : typeName] = offlineScopes;
  }
  return rules;
}

function typeNamed(name: string): IntrospectionType {
  const type = byName.get(name);
  if (!type) throw new Error(`the schema has no type ${name}`);
  return type;
}

function named(type: IntrospectionTypeRef): string {
  return "ofType" in type && type.ofType ? named(type.ofType as IntrospectionTypeRef) : (type as { name: string }).name;
}
