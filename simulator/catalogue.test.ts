import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { createState, productImagePng, productImageSvg } from "./catalogue.ts";
import { isAvailableForSale, totalQuantity, variantsOf } from "./state.ts";

const state = createState("test-shop.myshopify.com", new Date("2026-11-21T12:00:00Z"));
const products = [...state.products.values()];
const variants = [...state.variants.values()];

test("the shop has sixty products with variants, each translated, priced and of its own handle", () => {
  expect(products).toHaveLength(60);
  expect(new Set(products.map((product) => product.handle)).size).toBe(60);
  expect(
    products.every((product) => product.titles.tr && product.titles.ar && product.vendor && product.productType),
  ).toBe(true);
  expect(products.every((product) => variantsOf(state, product).length > 0)).toBe(true);
  expect(variants.every((variant) => Number.isInteger(variant.price) && variant.price > 0)).toBe(true);
  expect(variants.every((variant) => (variant.compareAtPrice ?? Infinity) > variant.price)).toBe(true);
});

test("there is something sold out, something last, something untracked and something oversold", () => {
  expect(variants.some((variant) => !isAvailableForSale(variant))).toBe(true);
  expect(variants.some((variant) => variant.tracked && totalQuantity(variant) === 1)).toBe(true);
  expect(variants.some((variant) => !variant.tracked)).toBe(true);
  expect(variants.some((variant) => variant.inventoryPolicy === "continue" && totalQuantity(variant) <= 0)).toBe(true);
});

test("ids are whole numbers that a payload can carry, and never repeat", () => {
  const ids = [
    ...state.products.keys(),
    ...state.variants.keys(),
    ...variants.map((variant) => variant.inventoryItemId),
  ];

  expect(ids.every((id) => Number.isSafeInteger(Number(id)))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});

test("customers come with and without an e-mail address, in three languages", () => {
  const customers = [...state.customers.values()];

  expect(customers.some((customer) => customer.email === null)).toBe(true);
  expect(new Set(customers.map((customer) => customer.locale))).toEqual(new Set(["en", "tr", "ar"]));
});

test("every product has a picture, as vectors and as pixels", () => {
  const handle = products[0]?.handle ?? "";
  const png = productImagePng(handle);

  expect(products.every((product) => productImageSvg(product.handle)?.startsWith("<svg"))).toBe(true);
  expect(png?.subarray(1, 4).toString()).toBe("PNG");
  expect(png?.readUInt32BE(16)).toBe(products[0]?.image.width);
  const length = png?.readUInt32BE(33) ?? 0;
  expect(inflateSync(png?.subarray(41, 41 + length) ?? "")).toHaveLength(480 * (480 * 3 + 1));
  expect(productImagePng("no-such-thing")).toBeNull();
});
