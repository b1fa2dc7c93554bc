import { fromDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import { findCode, newId } from "../state.ts";
import type { BulkCreation, Discount } from "../state.ts";
import { gid } from "../webhooks/shapes.ts";
import { bulkCreationView, discountNodeView } from "./discount-views.ts";
import { digits, parseGid } from "./ids.ts";

/** Machine milliseconds a bulk creation of codes takes. */
const BULK_MS = 400;
const MAX_CODES_PER_CALL = 250;

export type UserError = { field: string[] | null; message: string; code: string; extraInfo: null };

/** `DiscountCodeBasicInput` and `DiscountCodeFreeShippingInput`, as far as they are simulated. */
export type DiscountInput = {
  title?: string | null;
  code?: string | null;
  startsAt?: string | null;
  endsAt?: string | null;
  usageLimit?: number | null;
  appliesOncePerCustomer?: boolean | null;
  context?: { all?: string; customers?: { add?: string[] | null; remove?: string[] | null } | null } | null;
  customerSelection?: { all?: boolean | null; customers?: { add?: string[] | null } | null } | null;
  customerGets?: {
    value?: {
      percentage?: number | null;
      discountAmount?: { amount?: string | null; appliesOnEachItem?: boolean | null } | null;
    } | null;
    items?: {
      all?: boolean | null;
      products?: { productsToAdd?: string[] | null; productVariantsToAdd?: string[] | null } | null;
      collections?: { add?: string[] | null } | null;
    } | null;
  } | null;
  minimumRequirement?: {
    subtotal?: { greaterThanOrEqualToSubtotal?: string | null } | null;
    quantity?: { greaterThanOrEqualToQuantity?: string | null } | null;
  } | null;
  combinesWith?: {
    orderDiscounts?: boolean | null;
    productDiscounts?: boolean | null;
    shippingDiscounts?: boolean | null;
  } | null;
};

type Refused = { node: null; userErrors: UserError[] };
type Made = { node: Discount; userErrors: [] };

/** Makes a code discount, or says per field why not. */
export function createDiscount(sim: Sim, kind: Discount["kind"], input: DiscountInput, root: string): Refused | Made {
  const userErrors = problemsOf(sim, kind, input, root, null);
  if (userErrors.length > 0) return { node: null, userErrors };

  const now = sim.clock.now();
  const discount: Discount = {
    id: newId(sim.state),
    kind,
    title: "",
    value: { type: "percentage", percentage: 0 },
    items: null,
    minimumSubtotal: null,
    minimumQuantity: null,
    codes: new Map(),
    startsAt: now,
    endsAt: null,
    isDeactivated: false,
    usageLimit: null,
    appliesOncePerCustomer: false,
    customerIds: null,
    combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
    createdAt: now,
    updatedAt: now,
  };
  apply(sim, discount, input);
  addCode(sim, discount, input.code ?? "");
  sim.state.discounts.set(discount.id, discount);
  return { node: discount, userErrors: [] };
}

/** Changes what `input` names. A new code takes the place of a single old one. */
export function updateDiscount(sim: Sim, id: string, input: DiscountInput, root: string): Refused | Made {
  const discount = sim.state.discounts.get(digitsOfDiscount(id));
  if (!discount) return { node: null, userErrors: [unknownDiscount("id")] };
  const userErrors = problemsOf(sim, discount.kind, input, root, discount);
  if (userErrors.length > 0) return { node: null, userErrors };
  apply(sim, discount, input);
  if (input.code && discount.codes.size <= 1 && !discount.codes.has(input.code.toLowerCase())) {
    discount.codes.clear();
    addCode(sim, discount, input.code);
  }
  discount.updatedAt = sim.clock.now();
  return { node: discount, userErrors: [] };
}

export function setDeactivated(sim: Sim, id: string, isDeactivated: boolean): object {
  const discount = sim.state.discounts.get(digitsOfDiscount(id));
  if (!discount) return { codeDiscountNode: null, userErrors: [unknownDiscount("id")] };
  discount.isDeactivated = isDeactivated;
  const now = sim.clock.now();
  if (isDeactivated) discount.endsAt = now;
  else if (discount.endsAt !== null && discount.endsAt <= now) discount.endsAt = null;
  discount.updatedAt = now;
  return { codeDiscountNode: discountNodeView(sim, discount), userErrors: [] };
}

export function deleteDiscount(sim: Sim, id: string): object {
  if (!sim.state.discounts.delete(digitsOfDiscount(id)))
    return { deletedCodeDiscountId: null, userErrors: [unknownDiscount("id")] };
  return { deletedCodeDiscountId: id, userErrors: [] };
}

/** Begins to add codes; they exist and work when the creation is done, a moment of machine time later. */
export function bulkAddCodes(sim: Sim, discountId: string, codes: { code: string }[]): object {
  const discount = sim.state.discounts.get(digitsOfDiscount(discountId));
  const refuse = (error: UserError): object => ({ bulkCreation: null, userErrors: [error] });
  if (!discount) return refuse(unknownDiscount("discountId"));
  if (codes.length === 0) return refuse(userError(["codes"], "Codes can't be blank", "BLANK"));
  if (codes.length > MAX_CODES_PER_CALL) {
    return refuse(
      userError(["codes"], `Cannot add more than ${MAX_CODES_PER_CALL} codes at once`, "TOO_MANY_ARGUMENTS"),
    );
  }
  const bulk: BulkCreation = {
    id: newId(sim.state),
    discountId: discount.id,
    createdAt: sim.clock.now(),
    doneAtMachineMs: sim.clock.machineNow().getTime() + BULK_MS,
    isDone: false,
    codes: codes.map(({ code }) => ({ code, redeemCodeId: null, error: null })),
  };
  sim.state.bulkCreations.set(bulk.id, bulk);
  setTimeout(() => finishBulk(sim, bulk), BULK_MS).unref();
  return { bulkCreation: bulkCreationView(sim, bulk), userErrors: [] };
}

/** The creation `id`, done if its time has come. */
export function findBulkCreation(sim: Sim, id: string): object | null {
  const bulk = sim.state.bulkCreations.get(digits("DiscountRedeemCodeBulkCreation", id));
  if (!bulk) return null;
  if (sim.clock.machineNow().getTime() >= bulk.doneAtMachineMs) finishBulk(sim, bulk);
  return bulkCreationView(sim, bulk);
}

export function bulkDeleteCodes(sim: Sim, discountId: string, ids: string[] | null, search: string | null): object {
  const discount = sim.state.discounts.get(digitsOfDiscount(discountId));
  if (!discount) return { job: null, userErrors: [unknownDiscount("discountId")] };
  if (ids === null && search === null) {
    return {
      job: null,
      userErrors: [
        userError(["ids"], "Missing expected argument key: 'ids', 'search' or 'saved_search_id'", "MISSING_ARGUMENT"),
      ],
    };
  }
  const wanted = ids?.map((id) => digits("DiscountRedeemCode", id)) ?? null;
  for (const [key, code] of discount.codes) {
    const isNamed = wanted === null ? key.includes((search ?? "").toLowerCase()) : wanted.includes(code.id);
    if (isNamed) discount.codes.delete(key);
  }
  return { job: { id: gid("Job", newId(sim.state)), done: false }, userErrors: [] };
}

function finishBulk(sim: Sim, bulk: BulkCreation): void {
  if (bulk.isDone) return;
  bulk.isDone = true;
  const discount = sim.state.discounts.get(bulk.discountId);
  for (const entry of bulk.codes) {
    const problem = discount ? codeProblem(sim, entry.code) : { code: "INVALID", message: "Discount does not exist" };
    if (problem) entry.error = problem;
    else if (discount) entry.redeemCodeId = addCode(sim, discount, entry.code);
  }
}

function addCode(sim: Sim, discount: Discount, code: string): string {
  const id = newId(sim.state);
  discount.codes.set(code.toLowerCase(), { id, code, usageCount: 0, usedBy: [] });
  return id;
}

function codeProblem(sim: Sim, code: string): { code: string; message: string } | null {
  if (code.trim() === "") return { code: "BLANK", message: "Code can't be blank" };
  if (code.length > 255) return { code: "TOO_LONG", message: "Code is too long (maximum is 255 characters)" };
  if (findCode(sim.state, code)) return { code: "TAKEN", message: "Code must be unique. Please try a different code." };
  return null;
}

function apply(sim: Sim, discount: Discount, input: DiscountInput): void {
  const { currency } = sim.state.shop;
  if (input.title) discount.title = input.title;
  if (input.startsAt) discount.startsAt = new Date(input.startsAt);
  if (input.endsAt !== undefined) discount.endsAt = input.endsAt === null ? null : new Date(input.endsAt);
  if (input.usageLimit !== undefined) discount.usageLimit = input.usageLimit;
  if (typeof input.appliesOncePerCustomer === "boolean") discount.appliesOncePerCustomer = input.appliesOncePerCustomer;
  const customers = input.context?.customers?.add ?? input.customerSelection?.customers?.add;
  if (customers) discount.customerIds = customers.map((id) => digits("Customer", id));
  else if (input.context?.all || input.customerSelection?.all) discount.customerIds = null;

  const { value, items } = input.customerGets ?? {};
  if (typeof value?.percentage === "number") discount.value = { type: "percentage", percentage: value.percentage };
  else if (value?.discountAmount?.amount) {
    discount.value = {
      type: "amount",
      amount: fromDecimal(value.discountAmount.amount, currency),
      appliesOnEachItem: value.discountAmount.appliesOnEachItem ?? false,
    };
  }
  if (items?.all) discount.items = null;
  else if (items?.products ?? items?.collections) {
    discount.items = {
      productIds: (items?.products?.productsToAdd ?? []).map((id) => digits("Product", id)),
      variantIds: (items?.products?.productVariantsToAdd ?? []).map((id) => digits("ProductVariant", id)),
      collectionIds: (items?.collections?.add ?? []).map((id) => digits("Collection", id)),
    };
  }
  const minimum = input.minimumRequirement;
  if (minimum !== undefined) {
    const subtotal = minimum?.subtotal?.greaterThanOrEqualToSubtotal;
    const pieces = minimum?.quantity?.greaterThanOrEqualToQuantity;
    discount.minimumSubtotal = subtotal ? fromDecimal(subtotal, currency) : null;
    discount.minimumQuantity = pieces ? Number(pieces) : null;
  }
  if (input.combinesWith) {
    discount.combinesWith = {
      orderDiscounts: input.combinesWith.orderDiscounts ?? false,
      productDiscounts: input.combinesWith.productDiscounts ?? false,
      shippingDiscounts: input.combinesWith.shippingDiscounts ?? false,
    };
  }
}

function problemsOf(
  sim: Sim,
  kind: Discount["kind"],
  input: DiscountInput,
  root: string,
  known: Discount | null,
): UserError[] {
  const errors: UserError[] = [];
  const say = (field: string[], message: string, code: string): void => {
    errors.push(userError([root, ...field], message, code));
  };
  const isNew = known === null;
  if (isNew && !input.title?.trim()) say(["title"], "Title can't be blank", "BLANK");
  if (isNew && !input.startsAt) say(["startsAt"], "Starts at can't be blank", "BLANK");
  if (isNew && !input.context && !input.customerSelection) say(["context"], "Context can't be blank", "BLANK");
  const isSameCode = known?.codes.has(input.code?.toLowerCase() ?? "") ?? false;
  if (isNew || (input.code && !isSameCode)) {
    const problem = codeProblem(sim, input.code ?? "");
    if (problem) say(["code"], problem.message, problem.code);
  }
  for (const name of ["startsAt", "endsAt"] as const) {
    if (input[name] && Number.isNaN(new Date(input[name]).getTime())) say([name], `${name} is invalid`, "INVALID");
  }
  const startsAt = input.startsAt ? new Date(input.startsAt) : known?.startsAt;
  if (input.endsAt && startsAt && new Date(input.endsAt) <= startsAt) {
    say(["endsAt"], "Ends at needs to be after starts_at", "END_DATE_BEFORE_START_DATE");
  }
  if (typeof input.usageLimit === "number" && input.usageLimit < 1) {
    say(["usageLimit"], "Usage limit must be greater than 0", "GREATER_THAN");
  }
  if (input.minimumRequirement?.subtotal && input.minimumRequirement.quantity) {
    say(
      ["minimumRequirement"],
      "Minimum subtotal and quantity cannot both be present",
      "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT",
    );
  }
  if (kind === "basic") {
    const { value, items } = input.customerGets ?? {};
    const amount = value?.discountAmount?.amount;
    if (isNew && !value) say(["customerGets", "value"], "Value can't be blank", "BLANK");
    if (isNew && !items) say(["customerGets", "items"], "Items can't be blank", "BLANK");
    if (typeof value?.percentage === "number" && (value.percentage <= 0 || value.percentage > 1)) {
      say(["customerGets", "value", "percentage"], "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE");
    }
    if (amount !== undefined && amount !== null && !(Number(amount) > 0)) {
      say(["customerGets", "value", "discountAmount", "amount"], "Amount must be greater than 0", "GREATER_THAN");
    }
  }
  return errors;
}

function digitsOfDiscount(id: string): string {
  const parsed = parseGid(id);
  return parsed && ["DiscountCodeNode", "DiscountNode"].includes(parsed.type)
    ? parsed.id
    : digits("DiscountCodeNode", id);
}

function unknownDiscount(field: string): UserError {
  return userError([field], "Discount does not exist", "INVALID");
}

function userError(field: string[] | null, message: string, code: string): UserError {
  return { field, message, code, extraInfo: null };
}
