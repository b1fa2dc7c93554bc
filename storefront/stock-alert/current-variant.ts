/**
 * The variant that the page has chosen: the id in the product form nearest to the block, else `?variant=` of the address.
 * Undefined when neither names a variant of this product.
 */
export function currentVariant(block: Element, variants: Record<string, unknown>): string | undefined {
  const section = block.closest(".shopify-section, section, main") ?? document;
  const inForms = [section, document].flatMap((scope) =>
    [...scope.querySelectorAll<HTMLInputElement>("form[action*='/cart/add'] [name=id]")]
      .filter((field) => field.type !== "radio" || field.checked)
      .map((field) => field.value),
  );
  const inAddress = new URLSearchParams(location.search).get("variant");
  return [...inForms, inAddress].find((id): id is string => !!id && Object.hasOwn(variants, id));
}
