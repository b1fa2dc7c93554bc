import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, sql } from "drizzle-orm";
import type { MirrorChange, OrderChange } from "../../events/mirror-change.ts";
import type { NewJob } from "../../scheduler/job.ts";
import type { Database } from "./database.server.ts";
import { WAITING } from "./job-statements.server.ts";
import { interestStatements } from "./interest-store.server.ts";
import { priceStatements } from "./price-store.server.ts";
import { forgetCustomer, forgetVisitorHistory } from "./forget.server.ts";
import {
  attributions,
  campaigns,
  carts,
  cartTokens,
  checkouts,
  customers,
  deliveries,
  directMessages,
  discountCodes,
  fulfillments,
  links,
  notifications,
  orders,
  refunds,
  runs,
  sessions,
  shops,
  stockAlerts,
  subscriptions,
  variants,
  visitors,
} from "./schema.server.ts";
import type { PersonDates } from "./schema.server.ts";

/** Whom and what a change turned out to concern; merged into its event's row. */
export type Resolution = {
  /** Tied by link id, customer id or click token: what the event tells may be shown to this visitor. */
  visitorId?: string | null;
  customerId?: string | null;
  cartToken?: string | null;
  checkoutToken?: string | null;
  orderId?: string | null;
  data?: Record<string, unknown>;
};

export type Mirror = {
  /** To be called inside a transaction. */
  apply(shop: string, change: MirrorChange): Resolution | null;
  linkedVisitor(shop: string, linkId: string): string | null;
};

/** Job that credits an order: see app/attribution. */
const ATTRIBUTE_ORDER_JOB = "attribute-order";

/** The job of subscriptions/privacy-store.ts: the store takes only types from there. */
function forgetShopJob(shop: string, runAt: Date): NewJob {
  return { kind: "forget-shop", key: `forget-shop:${shop}`, payload: { shop }, runAt };
}

export function attributeOrderJob(shop: string, orderId: string, runAt: Date) {
  return {
    kind: ATTRIBUTE_ORDER_JOB,
    key: `attribute:${shop}:${orderId}`,
    payload: { shop, orderId },
    runAt,
    priority: 5,
  };
}

/** How late a link may come after the order it is in. */
const LINK_GRACE_MS = 24 * 3_600_000;

/** Writes mirror changes. Synchronous: every function runs inside the transaction of the event that brought the change. */
export function createMirror(db: Database): Mirror {
  const { drizzle: d, sqlite, jobs } = db;

  // The hot ones are prepared: each storefront batch runs them.
  const upsertSignal = sqlite.prepare(
    `insert into visitors (shop, visitor_id, first_seen_at, last_signal_at, left_at, checkout_signal_at, tags, aliases)
     values (@shop, @visitorId, @at, @at, iif(@left, @at, null), iif(@checkout, @at, null), '[]', '{}')
     on conflict (shop, visitor_id) do update set
       first_seen_at = min(first_seen_at, @at),
       left_at = case when @left and @at >= last_signal_at then @at
                      when not @left and @at > coalesce(left_at, @at) then null
                      else left_at end,
       checkout_signal_at = iif(@checkout, max(coalesce(checkout_signal_at, 0), @at), checkout_signal_at),
       last_signal_at = max(last_signal_at, @at)`,
  );
  const updateSignal = sqlite.prepare(
    `update visitors set
       left_at = case when @at > coalesce(left_at, @at) then null else left_at end,
       checkout_signal_at = iif(@checkout, max(coalesce(checkout_signal_at, 0), @at), checkout_signal_at),
       last_signal_at = max(last_signal_at, @at)
     where shop = @shop and visitor_id = @visitorId`,
  );
  const touchSubscriptions = sqlite.prepare(
    `update subscriptions set last_seen_at = @at
     where shop = @shop and visitor_id = @visitorId and state = 'active' and last_seen_at < @at - 60000`,
  );
  const upsertCart = sqlite.prepare(
    `insert into carts (shop, visitor_id, cart_token, currency, total, discounted, items, updated_at)
     values (@shop, @visitorId, @cartToken, @currency, @total, @discounted, @items, @at)
     on conflict (shop, visitor_id) do update set cart_token = excluded.cart_token, currency = excluded.currency,
       total = excluded.total, discounted = excluded.discounted, items = excluded.items, updated_at = excluded.updated_at
     where excluded.updated_at >= updated_at`,
  );
  const markGivenCodeUsed = sqlite.prepare(
    `update given_codes set used_at = @at, order_id = @orderId, currency = @currency, cost = @cost
     where shop = @shop and code = @code and used_at is null and (is_unique or person_key in (@visitor, @customer))`,
  );
  // What Shopify last said of the cart counts where the page did not see it: another theme's drawer, the checkout. Only that
  // nothing is left: lines of bundles are named otherwise in webhooks than in pages.
  const emptyCarts = sqlite.prepare(
    `update carts set items = '[]', total = 0, updated_at = heard.updated_at
     from (select updated_at from cart_tokens
           where shop = @shop and cart_token = @cartToken and variant_ids = '[]' and order_id is null) as heard
     where shop = @shop and cart_token = @cartToken and carts.updated_at < heard.updated_at`,
  );
  // Checkouts come with every keystroke of a busy shop's buyers: their statements are made once.
  const checkoutByToken = d
    .select()
    .from(checkouts)
    .where(and(eq(checkouts.shop, sql.placeholder("shop")), eq(checkouts.checkoutToken, sql.placeholder("token"))))
    .prepare();
  const orderOfCheckout = d
    .select({ orderId: orders.orderId, createdAt: orders.createdAt })
    .from(orders)
    .where(and(eq(orders.shop, sql.placeholder("shop")), eq(orders.checkoutToken, sql.placeholder("token"))))
    .prepare();
  const visitorOfCustomer = sqlite
    .prepare<[string, string], string>(
      "select visitor_id from visitors where shop = ? and customer_id = ? order by last_signal_at desc limit 1",
    )
    .pluck();
  const upsertCheckout = sqlite.prepare(
    `insert into checkouts (shop, checkout_token, cart_token, link_id, visitor_id, customer_id, stage, currency, total,
       discounted, items, recovery_url, created_at, updated_at, completed_at, order_id)
     values (@shop, @checkoutToken, @cartToken, @linkId, @visitorId, @customerId, @stage, @currency, @total,
       @discounted, @items, @recoveryUrl, @createdAt, @updatedAt, @completedAt, @orderId)
     on conflict (shop, checkout_token) do update set cart_token = excluded.cart_token, link_id = excluded.link_id,
       visitor_id = excluded.visitor_id, customer_id = excluded.customer_id, stage = excluded.stage,
       currency = excluded.currency, total = excluded.total, discounted = excluded.discounted, items = excluded.items,
       recovery_url = excluded.recovery_url, created_at = excluded.created_at, updated_at = excluded.updated_at,
       completed_at = excluded.completed_at, order_id = excluded.order_id`,
  );
  const insertOrderProduct = sqlite.prepare(
    `insert into order_products (shop, order_id, product_id, ordered_at) values (?, ?, ?, ?)
     on conflict (shop, order_id, product_id) do nothing`,
  );
  const interest = interestStatements(db);
  const prices = priceStatements(db);
  const linkOwner = sqlite
    .prepare<[string, string], string>("select visitor_id from links where shop = ? and link_id = ?")
    .pluck();

  function linkedVisitor(shop: string, linkId: string): string | null {
    return linkOwner.get(shop, linkId) ?? null;
  }

  /** Of a customer's browsers, the one heard of last. */
  const quiet = sqlite.prepare<{ shop: string; visitorId: string; until: number }>(
    `update subscriptions set paused_until = max(coalesce(paused_until, 0), @until)
     where shop = @shop and (visitor_id = @visitorId or visitor_id in (
       select other.visitor_id from visitors me join visitors other
         on other.shop = me.shop and other.customer_id = me.customer_id
       where me.shop = @shop and me.visitor_id = @visitorId))`,
  );

  function customersVisitor(shop: string, customerId: string): string | null {
    return visitorOfCustomer.get(shop, customerId) ?? null;
  }

  function ensureVisitor(shop: string, visitorId: string, at: Date): void {
    d.insert(visitors)
      .values({ shop, visitorId, firstSeenAt: at, lastSignalAt: at, tags: [], aliases: {} })
      .onConflictDoNothing()
      .run();
  }

  function applyOrder(shop: string, change: OrderChange): Resolution {
    const earlier = d
      .select()
      .from(orders)
      .where(and(eq(orders.shop, shop), eq(orders.orderId, change.orderId)))
      .get();
    const link = earlier?.visitorId
      ? { visitorId: earlier.visitorId, linkedBy: earlier.linkedBy }
      : findOrderLink(shop, change);
    const refunded = d
      .select({ sum: sql<number>`coalesce(sum(${refunds.amount}), 0)` })
      .from(refunds)
      .where(and(eq(refunds.shop, shop), eq(refunds.orderId, change.orderId)))
      .get()?.sum;
    const { type: _, ...state } = change;

    if (!earlier) {
      d.insert(orders)
        .values({ shop, ...state, visitorId: link.visitorId, linkedBy: link.linkedBy, refunded: refunded ?? 0 })
        .run();
    } else {
      // Whether it was a purchase just made was decided when it was first heard of: later states only come later.
      const newer = change.updatedAt >= earlier.updatedAt;
      d.update(orders)
        .set({
          ...(newer ? { ...state, isShopping: earlier.isShopping, linkId: change.linkId ?? earlier.linkId } : {}),
          paidAt: earlier.paidAt ?? change.paidAt,
          cancelledAt: earlier.cancelledAt ?? change.cancelledAt,
          visitorId: link.visitorId,
          linkedBy: link.linkedBy,
        })
        .where(and(eq(orders.shop, shop), eq(orders.orderId, change.orderId)))
        .run();
    }

    for (const { productId } of change.items)
      if (productId) insertOrderProduct.run(shop, change.orderId, productId, change.createdAt.getTime());
    markBought(shop, change);
    markCodesUsed(shop, change, link.visitorId);
    jobs.schedule(attributeOrderJob(shop, change.orderId, change.updatedAt));

    // A code can be passed on: it stops and credits its owner, but shows nobody somebody else's order.
    const mayBeShown = link.linkedBy !== "code";
    return {
      visitorId: mayBeShown ? link.visitorId : null,
      data: { linkedBy: link.linkedBy, stopVisitorIds: visitorsWhoBought(shop, change, link.visitorId) },
    };
  }

  function findOrderLink(
    shop: string,
    order: OrderChange,
  ): { visitorId: string | null; linkedBy: (typeof orders.$inferSelect)["linkedBy"] } {
    const byAttribute = order.linkId ? linkedVisitor(shop, order.linkId) : null;
    if (byAttribute) return { visitorId: byAttribute, linkedBy: "cart_attribute" };

    if (order.checkoutToken) {
      const checkout = d
        .select({ visitorId: checkouts.visitorId })
        .from(checkouts)
        .where(and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, order.checkoutToken)))
        .get();
      if (checkout?.visitorId) return { visitorId: checkout.visitorId, linkedBy: "checkout_token" };
    }
    const byCode = codesOwner(shop, order.discountCodes);
    if (byCode) return { visitorId: byCode, linkedBy: "code" };

    const byCustomer = order.customerId ? customersVisitor(shop, order.customerId) : null;
    if (byCustomer) return { visitorId: byCustomer, linkedBy: "customer" };
    return { visitorId: null, linkedBy: null };
  }

  /** A link may be heard of after the checkout or order it is in: a click without a network, a webhook that was quicker. */
  function linkWhatCameFirst(shop: string, linkId: string, visitorId: string, at: Date): void {
    const since = new Date(at.getTime() - LINK_GRACE_MS);
    d.update(checkouts)
      .set({ visitorId })
      .where(
        and(
          gte(checkouts.updatedAt, since),
          eq(checkouts.shop, shop),
          eq(checkouts.linkId, linkId),
          isNull(checkouts.visitorId),
        ),
      )
      .run();
    const found = d
      .update(orders)
      .set({ visitorId, linkedBy: "cart_attribute" })
      .where(
        and(eq(orders.shop, shop), gte(orders.createdAt, since), eq(orders.linkId, linkId), isNull(orders.visitorId)),
      )
      .returning({ orderId: orders.orderId })
      .all();
    for (const { orderId } of found) jobs.schedule(attributeOrderJob(shop, orderId, at));
  }

  function codesOwner(shop: string, codes: string[]): string | null {
    if (codes.length === 0) return null;
    return (
      d
        .select({ visitorId: notifications.visitorId })
        .from(notifications)
        .where(
          and(
            eq(notifications.shop, shop),
            inArray(notifications.discountCode, upperAndAsIs(codes)),
            // The merchant's own code is everybody's: it says nothing of who used it.
            sql`not exists (select 1 from given_codes g where g.shop = ${shop}
                  and g.code = ${notifications.discountCode} and g.is_unique = 0)`,
          ),
        )
        .orderBy(desc(notifications.createdAt))
        .limit(1)
        .get()?.visitorId ?? null
    );
  }

  /** Everybody whom any known link shows to have bought: stopping is allowed on a mere claim. */
  function visitorsWhoBought(shop: string, order: OrderChange, linked: string | null): string[] {
    const found = new Set<string>();
    if (linked) found.add(linked);
    if (order.cartToken) {
      for (const row of d
        .select({ visitorId: carts.visitorId })
        .from(carts)
        .where(and(eq(carts.shop, shop), eq(carts.cartToken, order.cartToken)))
        .limit(20)
        .all())
        found.add(row.visitorId);
    }
    if (order.customerId) {
      for (const row of d
        .select({ visitorId: visitors.visitorId })
        .from(visitors)
        .where(and(eq(visitors.shop, shop), eq(visitors.customerId, order.customerId)))
        .limit(20)
        .all())
        found.add(row.visitorId);
    }
    const owner = codesOwner(shop, order.discountCodes);
    if (owner) found.add(owner);
    return [...found];
  }

  /** For good: a cart or checkout token that has an order stays bought whatever comes later. */
  function markBought(shop: string, order: OrderChange): void {
    if (order.cartToken) {
      d.insert(cartTokens)
        .values({
          shop,
          cartToken: order.cartToken,
          variantIds: [],
          updatedAt: order.createdAt,
          orderId: order.orderId,
        })
        .onConflictDoUpdate({ target: [cartTokens.shop, cartTokens.cartToken], set: { orderId: order.orderId } })
        .run();
    }
    const bought = { orderId: order.orderId, completedAt: order.createdAt };
    if (order.checkoutToken) {
      d.update(checkouts)
        .set(bought)
        .where(and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, order.checkoutToken)))
        .run();
    }
    if (order.cartToken) {
      d.update(checkouts)
        .set(bought)
        .where(and(eq(checkouts.shop, shop), eq(checkouts.cartToken, order.cartToken), isNull(checkouts.orderId)))
        .run();
    }
  }

  function markCodesUsed(shop: string, order: OrderChange, visitorId: string | null): void {
    if (order.discountCodes.length === 0 || order.test) return;
    d.update(discountCodes)
      .set({ state: "used", usedAt: order.createdAt, orderId: order.orderId })
      .where(
        and(
          eq(discountCodes.shop, shop),
          inArray(discountCodes.code, upperAndAsIs(order.discountCodes)),
          isNull(discountCodes.usedAt),
        ),
      )
      .run();
    for (const code of order.discountCodes) {
      // Shopify tells no amount per code: it is the whole discount when there is no other code.
      const whole = order.discountCodes.length === 1 ? order.discountTotal : 0;
      markGivenCodeUsed.run({
        shop,
        code: code.toUpperCase(),
        at: order.createdAt.getTime(),
        orderId: order.orderId,
        currency: order.currency,
        cost: order.discountAmounts[code.toUpperCase()] || whole,
        visitor: `visitor:${visitorId ?? ""}`,
        customer: `customer:${order.customerId ?? ""}`,
      });
    }
  }

  function applyUninstall(shop: string, at: Date): void {
    const row = d.select().from(shops).where(eq(shops.shop, shop)).get();
    // A late notice of an uninstall before the present install says nothing of it.
    if (!row || row.state === "uninstalled" || at < row.installedAt) return;
    d.update(shops)
      .set({ state: "uninstalled", uninstalledAt: at, webPixelId: null })
      .where(eq(shops.shop, shop))
      .run();
    d.delete(sessions).where(eq(sessions.shop, shop)).run();

    const waiting = d
      .update(deliveries)
      .set({ state: "dropped", reason: "uninstalled" })
      .where(and(eq(deliveries.shop, shop), inArray(deliveries.state, ["queued", "sending"])))
      .returning({ id: deliveries.id })
      .all();
    for (const { id } of waiting) jobs.cancelByKey(`delivery:${id}`);
    const active = d
      .update(runs)
      .set({ state: "exited", exitReason: "uninstalled", endedAt: at, dueAt: null })
      .where(and(eq(runs.shop, shop), eq(runs.state, "active")))
      .returning({ id: runs.id })
      .all();
    for (const { id } of active) jobs.cancelByKey(`run:${id}`);
    // Who installs again weeks later does not mean to go on with what was under way.
    d.update(campaigns)
      .set({ state: "stopped", endedAt: at })
      .where(and(eq(campaigns.shop, shop), ne(campaigns.state, "stopped"), isNull(campaigns.plannedAt)))
      .run();
    d.update(directMessages)
      .set({ state: "stopped", reason: "uninstalled" })
      .where(and(eq(directMessages.shop, shop), inArray(directMessages.state, ["waiting", "paused"])))
      .run();
    sqlite.prepare(`delete from jobs where ${WAITING} and json_extract(payload, '$.shop') = ?`).run(shop);
  }

  return {
    linkedVisitor,

    apply(shop, change) {
      switch (change.type) {
        case "visitor_signal": {
          const values = {
            shop,
            visitorId: change.visitorId,
            at: change.at.getTime(),
            left: change.signal === "left" ? 1 : 0,
            checkout: change.signal === "checkout" ? 1 : 0,
          };
          if (change.mayCreate) upsertSignal.run(values);
          else updateSignal.run({ shop, visitorId: values.visitorId, at: values.at, checkout: values.checkout });
          touchSubscriptions.run({ shop, visitorId: values.visitorId, at: values.at });
          return null;
        }

        case "visitor_profile": {
          ensureVisitor(shop, change.visitorId, change.at);
          const known = {
            ...(change.locale && { locale: change.locale }),
            ...(change.timezone && { timezone: change.timezone }),
            ...(change.country && { country: change.country }),
            ...(change.city && { city: change.city }),
            ...(change.source && {
              firstSource: sql`coalesce(${visitors.firstSource}, ${JSON.stringify(change.source)})`,
              lastSource: change.source,
            }),
          };
          if (Object.keys(known).length > 0)
            d.update(visitors)
              .set(known)
              .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, change.visitorId)))
              .run();
          return null;
        }

        case "visitor_customer":
          ensureVisitor(shop, change.visitorId, change.at);
          d.update(visitors)
            .set({ customerId: change.customerId })
            .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, change.visitorId)))
            .run();
          return { customerId: change.customerId };

        case "link": {
          const isNew = d
            .insert(links)
            .values({ shop, linkId: change.linkId, visitorId: change.visitorId, createdAt: change.at })
            .onConflictDoNothing()
            .run().changes;
          if (isNew > 0) linkWhatCameFirst(shop, change.linkId, change.visitorId, change.at);
          return null;
        }

        case "consent_withdrawn":
          d.update(visitors)
            .set({ consentWithdrawnAt: change.at })
            .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, change.visitorId)))
            .run();
          d.update(subscriptions)
            .set({ consentMarketing: false })
            .where(and(eq(subscriptions.shop, shop), eq(subscriptions.visitorId, change.visitorId)))
            .run();
          forgetVisitorHistory(db, shop, change.visitorId);
          return null;

        case "product_interest":
          interest.product(shop, change);
          return null;

        case "collection_interest":
          interest.collection(shop, change);
          return null;

        case "cart":
          interest.cart(shop, change);
          upsertCart.run({
            shop,
            visitorId: change.visitorId,
            cartToken: change.cartToken,
            currency: change.currency,
            total: change.total,
            discounted: change.discounted ? 1 : 0,
            items: JSON.stringify(change.items),
            at: change.updatedAt.getTime(),
          });
          emptyCarts.run({ shop, cartToken: change.cartToken });
          return null;

        case "cart_token":
          d.insert(cartTokens)
            .values({ shop, cartToken: change.cartToken, variantIds: change.variantIds, updatedAt: change.updatedAt })
            .onConflictDoUpdate({
              target: [cartTokens.shop, cartTokens.cartToken],
              set: { variantIds: change.variantIds, updatedAt: change.updatedAt },
              setWhere: sql`${cartTokens.updatedAt} <= ${change.updatedAt.getTime()}`,
            })
            .run();
          emptyCarts.run({ shop, cartToken: change.cartToken });
          return null;

        case "checkout": {
          const at = { shop, token: change.checkoutToken };
          const earlier = checkoutByToken.get(at);
          const visitorId =
            (change.linkId && linkedVisitor(shop, change.linkId)) ||
            earlier?.visitorId ||
            (change.customerId && customersVisitor(shop, change.customerId)) ||
            null;
          if (!earlier || change.updatedAt >= earlier.updatedAt) {
            const order = orderOfCheckout.get(at);
            const completedAt = earlier?.completedAt ?? order?.createdAt ?? change.completedAt;
            upsertCheckout.run({
              shop,
              checkoutToken: change.checkoutToken,
              cartToken: change.cartToken,
              linkId: change.linkId ?? earlier?.linkId ?? null,
              visitorId,
              customerId: change.customerId,
              stage: change.stage,
              currency: change.currency,
              total: change.total,
              discounted: change.discounted ? 1 : 0,
              items: JSON.stringify(change.items),
              recoveryUrl: change.recoveryUrl,
              createdAt: (earlier?.createdAt ?? change.createdAt).getTime(),
              updatedAt: change.updatedAt.getTime(),
              completedAt: completedAt?.getTime() ?? null,
              orderId: earlier?.orderId ?? order?.orderId ?? null,
            });
          }
          if (visitorId) updateSignal.run({ shop, visitorId, at: change.updatedAt.getTime(), checkout: 1 });
          return { visitorId };
        }

        case "checkout_deleted": {
          const row = d
            .update(checkouts)
            .set({ deletedAt: change.at })
            .where(
              and(eq(checkouts.shop, shop), eq(checkouts.cartToken, change.cartToken), isNull(checkouts.deletedAt)),
            )
            .returning({ visitorId: checkouts.visitorId, checkoutToken: checkouts.checkoutToken })
            .get();
          return row ? { visitorId: row.visitorId, checkoutToken: row.checkoutToken } : null;
        }

        case "order":
          return applyOrder(shop, change);

        case "refund": {
          d.insert(refunds)
            .values({
              shop,
              refundId: change.refundId,
              orderId: change.orderId,
              amount: change.amount,
              createdAt: change.createdAt,
            })
            .onConflictDoNothing()
            .run();
          const total = sql`(select coalesce(sum(amount), 0) from refunds where shop = ${shop} and order_id = ${change.orderId})`;
          const order = d
            .update(orders)
            .set({ refunded: total })
            .where(and(eq(orders.shop, shop), eq(orders.orderId, change.orderId)))
            .returning({ visitorId: orders.visitorId, customerId: orders.customerId, linkedBy: orders.linkedBy })
            .get();
          d.update(attributions)
            .set({ refunded: total })
            .where(and(eq(attributions.shop, shop), eq(attributions.orderId, change.orderId)))
            .run();
          return order ? whomAnOrderMayBeShown(order) : null;
        }

        case "fulfillment": {
          const { type: _, ...state } = change;
          const earlier = d
            .select()
            .from(fulfillments)
            .where(and(eq(fulfillments.shop, shop), eq(fulfillments.fulfillmentId, change.fulfillmentId)))
            .get();
          if (!earlier)
            d.insert(fulfillments)
              .values({ shop, ...state })
              .run();
          else {
            const newer = change.updatedAt >= earlier.updatedAt;
            d.update(fulfillments)
              .set({
                ...(newer ? state : {}),
                shipmentStatus:
                  (newer ? change.shipmentStatus : null) ?? earlier.shipmentStatus ?? change.shipmentStatus,
                trackingNumber:
                  (newer ? change.trackingNumber : null) ?? earlier.trackingNumber ?? change.trackingNumber,
                trackingUrl: (newer ? change.trackingUrl : null) ?? earlier.trackingUrl ?? change.trackingUrl,
                trackingCompany:
                  (newer ? change.trackingCompany : null) ?? earlier.trackingCompany ?? change.trackingCompany,
                createdAt: earlier.createdAt < change.createdAt ? earlier.createdAt : change.createdAt,
              })
              .where(and(eq(fulfillments.shop, shop), eq(fulfillments.fulfillmentId, change.fulfillmentId)))
              .run();
          }
          return resolveOrder(shop, change.orderId);
        }

        case "shipment_status": {
          d.insert(fulfillments)
            .values({
              shop,
              fulfillmentId: change.fulfillmentId,
              orderId: change.orderId,
              status: "success",
              shipmentStatus: change.status,
              createdAt: change.at,
              updatedAt: change.at,
            })
            .onConflictDoUpdate({
              target: [fulfillments.shop, fulfillments.fulfillmentId],
              set: { shipmentStatus: change.status, updatedAt: change.at },
              setWhere: sql`${fulfillments.updatedAt} <= ${change.at.getTime()} or ${fulfillments.shipmentStatus} is null`,
            })
            .run();
          const row = d
            .select()
            .from(fulfillments)
            .where(and(eq(fulfillments.shop, shop), eq(fulfillments.fulfillmentId, change.fulfillmentId)))
            .get();
          return {
            ...resolveOrder(shop, change.orderId),
            data: {
              trackingCompany: row?.trackingCompany ?? null,
              trackingNumber: row?.trackingNumber ?? null,
              trackingUrl: row?.trackingUrl ?? null,
            },
          };
        }

        case "product": {
          for (const variant of change.variants) {
            const state = {
              productId: change.productId,
              inventoryItemId: variant.inventoryItemId,
              productTitle: change.title,
              variantTitle: variant.title,
              handle: change.handle,
              vendor: change.vendor,
              productType: change.productType,
              image: variant.image,
              price: variant.price,
              compareAtPrice: variant.compareAtPrice,
              updatedAt: change.updatedAt,
              deletedAt: null,
              ...(change.isPublished ? {} : { isAvailable: false }),
            };
            d.insert(variants)
              .values({ shop, variantId: variant.variantId, ...state })
              .onConflictDoUpdate({
                target: [variants.shop, variants.variantId],
                set: state,
                setWhere: sql`${variants.updatedAt} <= ${change.updatedAt.getTime()}`,
              })
              .run();
            prices.record(shop, variant.variantId, variant.price, change.updatedAt);
          }
          if (change.isComplete)
            d.update(variants)
              .set({ deletedAt: change.updatedAt, isAvailable: false })
              .where(
                and(
                  eq(variants.shop, shop),
                  eq(variants.productId, change.productId),
                  lt(variants.updatedAt, change.updatedAt),
                  isNull(variants.deletedAt),
                ),
              )
              .run();
          return null;
        }

        case "product_deleted":
          d.update(variants)
            .set({ deletedAt: change.at, isAvailable: false })
            .where(and(eq(variants.shop, shop), eq(variants.productId, change.productId)))
            .run();
          return null;

        case "customer": {
          const { type: _, ...state } = change;
          d.insert(customers)
            .values({ shop, ...state })
            .onConflictDoUpdate({
              target: [customers.shop, customers.customerId],
              set: { ...state, locale: sql`coalesce(${change.locale}, ${customers.locale})` },
              setWhere: sql`${customers.updatedAt} <= ${change.updatedAt.getTime()}`,
            })
            .run();
          return { visitorId: customersVisitor(shop, change.customerId) };
        }

        case "person_date": {
          const { visitorId, customerId, occasion, date } = change;
          const changed = (before: PersonDates | null | undefined): PersonDates => {
            const { [occasion]: _, ...others } = before ?? {};
            return date === null ? others : { ...others, [occasion]: date };
          };
          if (customerId !== null) {
            const where = and(eq(customers.shop, shop), eq(customers.customerId, customerId));
            const dates = changed(d.select({ dates: customers.dates }).from(customers).where(where).get()?.dates);
            // A customer we were told nothing of yet: whatever Shopify says later is newer.
            d.insert(customers)
              .values({ shop, customerId, updatedAt: new Date(0), dates })
              .onConflictDoUpdate({ target: [customers.shop, customers.customerId], set: { dates } })
              .run();
            return null;
          }
          const where = and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId ?? ""));
          const before = d.select({ dates: visitors.dates }).from(visitors).where(where).get();
          if (before)
            d.update(visitors)
              .set({ dates: changed(before.dates) })
              .where(where)
              .run();
          return null;
        }

        case "stock_alert":
          ensureVisitor(shop, change.visitorId, change.at);
          d.insert(stockAlerts)
            .values({
              shop,
              visitorId: change.visitorId,
              variantId: change.variantId,
              kind: change.kind,
              state: "waiting",
              createdAt: change.at,
            })
            .onConflictDoNothing()
            .run();
          return null;

        case "quiet":
          quiet.run({ shop, visitorId: change.visitorId, until: change.until.getTime() });
          return null;

        case "shop": {
          const { type: _, at: __, ...known } = change;
          if (Object.keys(known).length > 0) d.update(shops).set(known).where(eq(shops.shop, shop)).run();
          // Domain and languages are not in the webhook: they are read again.
          jobs.schedule({ kind: "sync-shop", key: `sync:${shop}`, payload: { shop }, runAt: change.at, priority: 5 });
          return null;
        }

        case "scopes":
          d.update(shops).set({ scopes: change.scopes }).where(eq(shops.shop, shop)).run();
          return null;

        case "uninstalled":
          applyUninstall(shop, change.at);
          return null;

        case "shop_redacted": {
          const row = d.select({ state: shops.state }).from(shops).where(eq(shops.shop, shop)).get();
          if (row?.state !== "installed") jobs.schedule(forgetShopJob(shop, change.at));
          return null;
        }

        case "customer_redacted":
          forgetCustomer(db, shop, change.customerId, change.orderIds);
          return null;
      }
    },
  };

  function resolveOrder(shop: string, orderId: string): Resolution {
    const order = d
      .select({ visitorId: orders.visitorId, customerId: orders.customerId, linkedBy: orders.linkedBy })
      .from(orders)
      .where(and(eq(orders.shop, shop), eq(orders.orderId, orderId), isNotNull(orders.orderId)))
      .get();
    return order ? whomAnOrderMayBeShown(order) : {};
  }
}

function whomAnOrderMayBeShown(order: {
  visitorId: string | null;
  customerId: string | null;
  linkedBy: (typeof orders.$inferSelect)["linkedBy"];
}): Resolution {
  return { visitorId: order.linkedBy === "code" ? null : order.visitorId, customerId: order.customerId };
}

/** Our codes are upper case; shoppers may type them as they like. */
function upperAndAsIs(codes: string[]): string[] {
  return [...new Set(codes.flatMap((code) => [code, code.toUpperCase()]))];
}
