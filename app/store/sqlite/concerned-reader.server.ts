import type { LoggedEvent } from "../../events/shop-event.ts";
import type { Database } from "./database.server.ts";
import type { PersonReader } from "./person-reader.server.ts";

/**
 * Whom an event concerns: who did it, and whoever a cart, a checkout, an order or a customer id is tied to by any known
 * link. This only chooses whose state is looked at again; what may be said to whom is decided on that state.
 */
export function concernedReader({ sqlite }: Pick<Database, "sqlite">, people: PersonReader) {
  const ids = (text: string) => sqlite.prepare<Record<string, string>, string | null>(text).pluck();
  const ofCustomer = ids(
    "select visitor_id from visitors where shop = @shop and customer_id = @id order by last_signal_at desc limit 50",
  );
  const ofCheckout = ids("select visitor_id from checkouts where shop = @shop and checkout_token = @id");
  const ofCart = ids("select visitor_id from carts where shop = @shop and cart_token = @id limit 20");
  const ofOrder = ids("select visitor_id from orders where shop = @shop and order_id = @id");
  const linkOfOrder = ids(
    `select l.visitor_id from orders o join links l on l.shop = o.shop and l.link_id = o.link_id
     where o.shop = @shop and o.order_id = @id`,
  );
  const customerOfOrder = ids("select customer_id from orders where shop = @shop and order_id = @id");
  const checkoutOfOrder = ids("select checkout_token from orders where shop = @shop and order_id = @id");
  const cartOfOrder = ids("select cart_token from orders where shop = @shop and order_id = @id");
  const ofNotification = ids("select visitor_id from notifications where shop = @shop and id = @id");

  return function concerned(event: LoggedEvent): string[] {
    const { shop, visitorId, customerId, cartToken, checkoutToken, orderId } = event;
    const found: (string | null)[] = [visitorId];
    const add = (statement: typeof ofCart, id: string | null | undefined) => {
      if (id) found.push(...statement.all({ shop, id }));
    };

    if (orderId) {
      add(ofOrder, orderId);
      add(linkOfOrder, orderId);
      add(ofCustomer, customerOfOrder.get({ shop, id: orderId }));
      add(ofCheckout, checkoutOfOrder.get({ shop, id: orderId }));
      add(ofCart, cartOfOrder.get({ shop, id: orderId }));
    }
    add(ofCheckout, checkoutToken);
    add(ofCart, cartToken);
    add(ofCustomer, customerId);
    if (typeof event.data.notificationId === "string") add(ofNotification, event.data.notificationId);

    const { stopVisitorIds } = event.data;
    if (Array.isArray(stopVisitorIds)) found.push(...stopVisitorIds.filter((id) => typeof id === "string"));

    const direct = [...new Set(found.filter((id) => id !== null))];
    return [...new Set(direct.flatMap((id) => people.visitorIdsOf(shop, id)))];
  };
}
