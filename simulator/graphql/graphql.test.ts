import { afterEach, beforeEach, expect, test } from "vitest";
import { TEST_CONFIG, startSim, until, variantInStock } from "../testing/start-sim.ts";
import type { GraphqlBody, TestSim } from "../testing/start-sim.ts";
import { createCostBucket, requestedCost } from "./cost.ts";
import { parse } from "graphql";

let run: TestSim;
let token: string;
beforeEach(async () => {
  run = await startSim();
  token = await run.accessToken();
});
afterEach(() => run.close());

type Answer = GraphqlBody & { data: Record<string, unknown> };

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  return (await run.graphql(query, variables, token)).body as Answer;
}

const CREATE = `mutation ($input: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $input) {
  codeDiscountNode { id codeDiscount { ... on DiscountCodeBasic { title status endsAt usageLimit codes(first: 5) { nodes { id code } } } } }
  userErrors { field message code } } }`;

function discountInput(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: "15 % off",
    code: "SAVE15",
    startsAt: "2020-01-01T00:00:00Z",
    context: { all: "ALL" },
    customerGets: { value: { percentage: 0.15 }, items: { all: true } },
    ...changes,
  };
}

test("a wrong token is 401, another API version 404, an unknown path 404", async () => {
  const headers = { "x-shopify-access-token": token };

  expect((await run.graphql("{ shop { name } }", {}, "shpat_wrong")).status).toBe(401);
  for (const path of ["2024-01/graphql.json", "2026-07/graphql.json", "2026-10/orders.json"]) {
    expect((await run.post(`/admin/api/${path}`, { query: "{ shop { name } }" }, headers)).status).toBe(404);
  }
});

test("a call meant for another shop is 404", async () => {
  const headers = { "x-shopify-access-token": token, "x-simulated-host": "other.myshopify.com" };

  expect((await run.post("/admin/api/2026-10/graphql.json", { query: "{ shop { name } }" }, headers)).status).toBe(404);
});

test("an unknown field is refused as Shopify refuses it", async () => {
  const body = await ask("query Mine { shop { name favouriteColour } }");

  expect(body.data).toBeUndefined();
  expect(body.errors?.[0]).toMatchObject({
    message: "Field 'favouriteColour' doesn't exist on type 'Shop'",
    extensions: { code: "undefinedField", typeName: "Shop", fieldName: "favouriteColour" },
  });
});

test("broken syntax and a missing variable are errors with HTTP 200", async () => {
  expect((await ask("{ shop {")).errors).toHaveLength(1);
  expect((await ask("query ($id: ID!) { order(id: $id) { id } }")).errors?.[0]?.extensions).toMatchObject({
    code: "INVALID_VARIABLE",
  });
});

test("a variant's price depends on the country, its product's title on the language", async () => {
  const id = variantInStock(run.sim);
  const body = await ask(
    `query ($id: ID!) { productVariant(id: $id) {
      us: contextualPricing(context: { country: US }) { price { amount currencyCode } }
      jp: contextualPricing(context: { country: JP }) { price { amount currencyCode } }
      product { tr: translations(locale: "tr") { key value } de: translations(locale: "de") { key value } } } }`,
    { id: `gid://shopify/ProductVariant/${id}` },
  );

  expect(body.errors).toBeUndefined();
  expect(body.data.productVariant).toMatchObject({
    us: { price: { currencyCode: "USD", amount: expect.stringMatching(/^\d+\.\d\d$/) } },
    jp: { price: { currencyCode: "JPY", amount: expect.stringMatching(/^\d+$/) } },
    product: { tr: [{ key: "title", value: expect.any(String) }], de: [] },
  });
});

test("a missing scope is ACCESS_DENIED and the field null", async () => {
  await run.close();
  run = await startSim({
    config: TEST_CONFIG.replace("read_customers,", "").replace("write_discounts,", "read_discounts,"),
  });
  token = await run.accessToken();

  const customers = await ask("{ customers(first: 1) { nodes { id } } shop { name } }");
  const discount = await ask(CREATE, { input: discountInput() });

  expect(customers.errors?.[0]?.extensions).toMatchObject({ code: "ACCESS_DENIED" });
  expect(discount.errors?.[0]?.extensions).toMatchObject({ code: "ACCESS_DENIED" });
  expect(discount.data).toEqual({ discountCodeBasicCreate: null });
});

test("shop, locales and installation read as the app needs them", async () => {
  const body =
    await ask(`{ shop { name myshopifyDomain currencyCode ianaTimezone enabledPresentmentCurrencies primaryDomain { host url }
    currencyFormats { moneyFormat } plan { publicDisplayName } } shopLocales { locale primary published }
    currentAppInstallation { id accessScopes { handle } metafield(namespace: "beckon", key: "config") { value } } }`);

  expect(body.errors).toBeUndefined();
  expect(body.data).toMatchObject({
    shop: { myshopifyDomain: "test-shop.myshopify.com", currencyCode: "USD", primaryDomain: { url: run.url } },
    shopLocales: [{ locale: "en", primary: true }, { locale: "tr" }, { locale: "ar" }],
    currentAppInstallation: { metafield: null },
  });
});

test("a variant with product, picture and stock, alone and among nodes", async () => {
  const id = `gid://shopify/ProductVariant/${variantInStock(run.sim)}`;
  const fields = `id title price availableForSale sellableOnlineQuantity inventoryItem { id tracked }
    media(first: 1) { nodes { ... on MediaImage { image { url } } } }
    product { id handle title onlineStoreUrl featuredMedia { preview { image { url altText } } } }`;

  const body = await ask(
    `query ($id: ID!) { productVariant(id: $id) { ${fields} } nodes(ids: [$id]) { ... on ProductVariant { ${fields} } } }`,
    { id },
  );

  expect(body.errors).toBeUndefined();
  expect(body.data["nodes"]).toEqual([body.data["productVariant"]]);
  expect(body.data["productVariant"]).toMatchObject({ id, availableForSale: true, media: { nodes: [] } });
});

test("a gid of another type is an error, an unknown id null", async () => {
  expect((await ask(`{ order(id: "gid://shopify/Product/1") { id } }`)).errors?.[0]?.message).toContain(
    "Invalid global id",
  );
  expect((await ask(`{ order(id: "gid://shopify/Order/1") { id } }`)).data).toEqual({ order: null });
});

test("pages of products follow one another", async () => {
  const query = `query ($after: String) { products(first: 25, after: $after, query: "vendor:'Hamam Line'") { nodes { vendor } pageInfo { hasNextPage endCursor } } }`;
  const all = `query ($after: String) { products(first: 25, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const body = await ask(all, { after });
    const page = body.data["products"] as {
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    seen.push(...page.nodes.map((node) => node.id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  const found = await ask(query);

  expect(new Set(seen).size).toBe(60);
  expect(found.data["products"]).toMatchObject({ nodes: expect.arrayContaining([{ vendor: "Hamam Line" }]) });
});

test("the app's data is written, read back and guarded by its digest", async () => {
  const installation = await ask("{ currentAppInstallation { id } }");
  const { id } = installation.data["currentAppInstallation"] as { id: string };
  const set = `mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { value compareDigest } userErrors { field code } } }`;
  const field = { ownerId: id, namespace: "beckon", key: "config", type: "json" };

  const first = await ask(set, { m: [{ ...field, value: '{"v":1}', compareDigest: null }] });
  const stale = await ask(set, { m: [{ ...field, value: '{"v":2}', compareDigest: "0" }] });
  const broken = await ask(set, { m: [{ ...field, value: "{", ownerId: "gid://shopify/Shop/1" }] });
  const read = await ask(`{ currentAppInstallation { metafield(namespace: "beckon", key: "config") { value } } }`);

  expect(first.data["metafieldsSet"]).toMatchObject({ userErrors: [] });
  expect(stale.data["metafieldsSet"]).toMatchObject({ metafields: null, userErrors: [{ code: "STALE_OBJECT" }] });
  expect(broken.data["metafieldsSet"]).toMatchObject({
    userErrors: [{ code: "APP_NOT_AUTHORIZED" }, { code: "INVALID_VALUE" }],
  });
  expect(read.data).toEqual({ currentAppInstallation: { metafield: { value: '{"v":1}' } } });
});

test("a discount is made once per code, and found whatever the case", async () => {
  const made = await ask(CREATE, { input: discountInput() });
  const again = await ask(CREATE, { input: discountInput() });
  const found = await ask(
    `{ codeDiscountNodeByCode(code: "save15") { codeDiscount { __typename ... on DiscountCodeBasic { title } } } }`,
  );

  expect(made.data["discountCodeBasicCreate"]).toMatchObject({ userErrors: [] });
  expect(again.data["discountCodeBasicCreate"]).toMatchObject({
    codeDiscountNode: null,
    userErrors: [{ field: ["basicCodeDiscount", "code"], code: "TAKEN" }],
  });
  expect(found.data["codeDiscountNodeByCode"]).toEqual({
    codeDiscount: { __typename: "DiscountCodeBasic", title: "15 % off" },
  });
});

test.each([
  ["percentage above 1", { customerGets: { value: { percentage: 15 }, items: { all: true } } }, "VALUE_OUTSIDE_RANGE"],
  ["an end before the start", { endsAt: "2019-01-01T00:00:00Z" }, "END_DATE_BEFORE_START_DATE"],
  ["no code", { code: "" }, "BLANK"],
  ["no title", { title: null }, "BLANK"],
  ["no buyers", { context: null }, "BLANK"],
  ["a usage limit of 0", { usageLimit: 0 }, "GREATER_THAN"],
])("a discount with %s is a user error", async (_name, changes, code) => {
  const body = await ask(CREATE, { input: discountInput(changes) });

  expect(body.data["discountCodeBasicCreate"]).toMatchObject({ codeDiscountNode: null, userErrors: [{ code }] });
});

test("codes added in bulk exist only when the creation is done, and a taken one is its error", async () => {
  const made = await ask(CREATE, { input: discountInput() });
  const { id } = (made.data["discountCodeBasicCreate"] as { codeDiscountNode: { id: string } }).codeDiscountNode;
  const add = `mutation ($id: ID!, $codes: [DiscountRedeemCodeInput!]!) { discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { bulkCreation { id done } userErrors { code } } }`;
  const poll = `query ($id: ID!) { discountRedeemCodeBulkCreation(id: $id) { done importedCount failedCount codes(first: 10) { nodes { code discountRedeemCode { id } errors { code } } } } }`;

  const added = await ask(add, { id, codes: [{ code: "UNIQUE-1" }, { code: "save15" }] });
  const { bulkCreation } = added.data["discountRedeemCodeBulkAdd"] as { bulkCreation: { id: string; done: boolean } };
  const early = await ask(poll, { id: bulkCreation.id });
  await until(() => [...run.sim.state.bulkCreations.values()].every((bulk) => bulk.isDone));
  const late = await ask(poll, { id: bulkCreation.id });

  expect(bulkCreation.done).toBe(false);
  expect(early.data["discountRedeemCodeBulkCreation"]).toMatchObject({ done: false, importedCount: 0 });
  expect(late.data["discountRedeemCodeBulkCreation"]).toMatchObject({
    done: true,
    importedCount: 1,
    failedCount: 1,
    codes: {
      nodes: [
        { code: "UNIQUE-1", errors: [] },
        { discountRedeemCode: null, errors: [{ code: "TAKEN" }] },
      ],
    },
  });
});

test("more than 250 codes at once are refused", async () => {
  const made = await ask(CREATE, { input: discountInput() });
  const { id } = (made.data["discountCodeBasicCreate"] as { codeDiscountNode: { id: string } }).codeDiscountNode;
  const codes = Array.from({ length: 251 }, (_, index) => ({ code: `C${index}` }));

  const body = await ask(
    `mutation ($id: ID!, $codes: [DiscountRedeemCodeInput!]!) { discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { userErrors { code } } }`,
    { id, codes },
  );

  expect(body.data["discountRedeemCodeBulkAdd"]).toMatchObject({ userErrors: [{ code: "TOO_MANY_ARGUMENTS" }] });
});

test("a shop has one web pixel", async () => {
  const create = `mutation { webPixelCreate(webPixel: { settings: "{\\"a\\":\\"1\\"}" }) { webPixel { id settings } userErrors { code } } }`;

  expect((await ask(create)).data["webPixelCreate"]).toMatchObject({ userErrors: [] });
  expect((await ask(create)).data["webPixelCreate"]).toMatchObject({
    webPixel: null,
    userErrors: [{ code: "TAKEN" }],
  });
});

test("a used-up budget is THROTTLED with HTTP 200, and says what is left", async () => {
  run.sim.cost.take(1990);

  const { status, body } = await run.graphql("{ products(first: 250) { nodes { id } } }", {}, token);

  expect(status).toBe(200);
  expect(body.data).toBeUndefined();
  expect(body.errors?.[0]).toMatchObject({ message: "Throttled", extensions: { code: "THROTTLED" } });
  expect(body.extensions?.cost).toMatchObject({ requestedQueryCost: 251, actualQueryCost: null });
  expect(body.extensions?.cost.throttleStatus.currentlyAvailable).toBeLessThan(100);
});

test("the bucket refuses what it does not hold and fills with machine time", () => {
  let now = 0;
  const bucket = createCostBucket(() => now);

  expect(bucket.take(1990)).toBe(true);
  expect(bucket.take(20)).toBe(false);
  now += 100;
  expect(bucket.take(20)).toBe(true);
  expect(bucket.status()).toEqual({ maximumAvailable: 2000, currentlyAvailable: 0, restoreRate: 100 });
});

test("connections cost by their size, mutations ten", () => {
  expect(requestedCost(parse("{ shop { name } }"), null, {})).toBe(1);
  expect(
    requestedCost(parse("query ($n: Int) { products(first: $n) { nodes { id } } }"), null, { n: 50 }),
  ).toBeGreaterThanOrEqual(50);
  expect(
    requestedCost(
      parse(`mutation { discountCodeDelete(id: "x") { deletedCodeDiscountId userErrors { code } } }`),
      null,
      {},
    ),
  ).toBe(10);
});

test("faults hit the app's calls as often as asked, then all is well", async () => {
  await run.post("/_sim/faults", { path: "/admin/api", status: 503, times: 2 });
  await run.post("/_sim/faults", { path: "/admin/api", throttled: true });

  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push(await run.graphql("{ shop { name } }", {}, token));

  expect(statuses.map(({ status }) => status)).toEqual([503, 503, 200, 200]);
  expect(statuses[2]?.body.errors?.[0]?.extensions).toMatchObject({ code: "THROTTLED" });
  expect(statuses[3]?.body.errors).toBeUndefined();
});
