import { z } from "zod";
import { currency, id, instant } from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

const shop = z.object({
  name: z.string().max(500).nullish(),
  currency: currency.nullish(),
  iana_timezone: z.string().max(100).nullish(),
  country_code: z.string().max(3).nullish(),
  primary_locale: z.string().max(35).nullish(),
  updated_at: instant.nullish().catch(null),
});

/** shop/update. The domain in it may be any of the shop's: the primary one is read again from the Admin API. */
export const parseShop: WebhookParser = (payload, { triggeredAt, receivedAt }) => {
  const read = shop.parse(payload);
  return {
    event: { kind: "shop_updated", occurredAt: read.updated_at ?? triggeredAt, data: {} },
    changes: [
      {
        type: "shop",
        at: receivedAt,
        ...(read.name && { name: read.name }),
        ...(read.currency && { currency: read.currency }),
        ...(read.iana_timezone && { timezone: read.iana_timezone }),
        ...(read.country_code && { country: read.country_code }),
        ...(read.primary_locale && { primaryLocale: read.primary_locale }),
      },
    ],
  };
};

/** domains/update: a domain changed, not necessarily the one shoppers see. */
export const parseDomain: WebhookParser = (payload, { triggeredAt, receivedAt }) => {
  z.object({ host: z.string() }).parse(payload);
  return {
    event: { kind: "shop_updated", occurredAt: triggeredAt, data: {} },
    changes: [{ type: "shop", at: receivedAt }],
  };
};

/** app/scopes_update. */
export const parseScopes: WebhookParser = (payload, { triggeredAt }) => {
  const { current } = z.object({ current: z.array(z.string().max(100)).max(200) }).parse(payload);
  return {
    event: { kind: "scopes_updated", occurredAt: triggeredAt, data: { scopes: current } },
    changes: [{ type: "scopes", scopes: current }],
  };
};

/** app/uninstalled: the shop is named by the header alone, its payload may lack the domain. */
export const parseUninstalled: WebhookParser = (_payload, { triggeredAt }) => ({
  event: { kind: "uninstalled", occurredAt: triggeredAt, data: {} },
  changes: [{ type: "uninstalled", at: triggeredAt }],
});

/** shop/redact, two days after an uninstall. */
export const parseShopRedact: WebhookParser = (_payload, { triggeredAt }) => ({
  event: { kind: "uninstalled", occurredAt: triggeredAt, data: { redacted: true } },
  changes: [{ type: "shop_redacted", at: triggeredAt }],
});

const ids = z
  .array(id)
  .nullish()
  .transform((list) => list ?? []);
const request = z.object({
  customer: z.object({ id }),
  orders_requested: ids,
  orders_to_redact: ids,
  data_request: z.object({ id }).nullish(),
});

/** customers/data_request: kept until the merchant has answered it, with what the export needs. */
export const parseDataRequest: WebhookParser = (payload, { triggeredAt }) => {
  const read = request.parse(payload);
  return {
    event: {
      kind: "data_requested",
      occurredAt: triggeredAt,
      customerId: read.customer.id,
      data: { requestId: read.data_request?.id ?? null, orderIds: read.orders_requested },
    },
    changes: [],
  };
};

/** customers/redact: the event itself names nobody. */
export const parseCustomerRedact: WebhookParser = (payload, { triggeredAt }) => {
  const read = request.parse(payload);
  return {
    event: { kind: "customer_updated", occurredAt: triggeredAt, data: { redacted: true } },
    changes: [{ type: "customer_redacted", customerId: read.customer.id, orderIds: read.orders_to_redact }],
  };
};

const customer = z.object({
  id,
  first_name: z.string().max(200).nullish(),
  created_at: instant.nullish(),
  updated_at: instant.nullish(),
});

/** customers/create and customers/update: of all that, the first name. */
export const parseCustomer: WebhookParser = (payload, { triggeredAt }) => {
  const read = customer.parse(payload);
  const updatedAt = read.updated_at ?? triggeredAt;
  return {
    event: { kind: "customer_updated", occurredAt: updatedAt, customerId: read.id, data: {} },
    changes: [
      {
        type: "customer",
        customerId: read.id,
        firstName: read.first_name ?? null,
        locale: null,
        createdAt: read.created_at ?? null,
        updatedAt,
      },
    ],
  };
};
