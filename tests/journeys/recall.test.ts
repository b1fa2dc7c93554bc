import { expect, test } from "vitest";
import { buildItem, createWorld, DAY, HOUR, MINUTE } from "../support/journey-world.ts";
import type { Push } from "../support/journey-world.ts";

/** The first message about a cart has come; nobody has touched it. */
async function reminded(options: { locale?: string; isShown?: boolean; endpoint?: string } = {}) {
  const { locale = "en", isShown = true, endpoint } = options;
  const world = await createWorld();
  const pushService = endpoint ? new URL(endpoint).host : "fcm.googleapis.com";
  await world.subscribe("ada", { locale, pushService, ...(endpoint && { endpoint }) });
  await world.signIn("ada", "c1");
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem({ productId: "p-v1" })]);
  await world.leave("ada");
  await world.pass(5 * MINUTE);
  const [push] = world.pushes as [Push];
  if (isShown) await world.receipt(push, "shown");
  world.pushes.length = 0;
  return { world, push };
}

test("bought on another device, a shown reminder is replaced by silent thanks under the same tag, once", async () => {
  const { world, push } = await reminded();

  await world.order("1001", { customerId: "c1" });
  await world.pass(HOUR);
  await world.order("1002", { customerId: "c1" });
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
  const [{ notification, request }] = world.pushes as [Push];
  expect(notification).toMatchObject({
    title: "Harbour Goods",
    body: "Thank you for your order.",
    tag: push.notification.tag,
    silent: true,
    renotify: false,
    data: { id: push.notification.data.id, code: null, url: "https://shop.example/" },
  });
  expect(notification.actions).toBeUndefined();
  expect(notification.image).toBeUndefined();
  expect(request.pushTopic).not.toBe("beckon-marketing");
  expect(world.ledger()).toContain("cart_recovery 1 sent recalled");
});

test("thanks only whom the order is known to belong to: a shared cart tells nobody of it", async () => {
  const { world } = await reminded();

  await world.order("1001", { cartToken: "cart-ada" });
  await world.pass(HOUR);

  expect(world.pushes.map(({ notification }) => notification.body)).not.toContain("Thank you for your order.");
});

test("emptied and sold out are said in the person's own language", async () => {
  const emptied = await reminded({ locale: "tr" });
  await emptied.world.cart("ada", []);
  await emptied.world.pass(MINUTE);
  expect(emptied.world.pushes[0]?.notification).toMatchObject({ body: "Bu bildirim artık geçerli değil.", lang: "tr" });

  const soldOut = await reminded({ locale: "ar" });
  soldOut.world.stock.set("v1", 0);
  await soldOut.world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-v1" } });
  await soldOut.world.pass(5 * MINUTE);
  expect(soldOut.world.pushes[0]?.notification).toMatchObject({ body: "نفد هذا المنتج في هذه الأثناء.", dir: "rtl" });
});

test("says in English, and that it is English, what we have no words for in the person's language", async () => {
  const { world } = await reminded({ locale: "fa" });

  await world.order("1001", { customerId: "c1" });
  await world.pass(HOUR);

  expect(world.pushes[0]?.notification).toMatchObject({ body: "Thank you for your order.", lang: "en", dir: "ltr" });
});

test.each(["clicked", "dismissed"] as const)("leaves alone what was %s", async (type) => {
  const { world, push } = await reminded();
  await world.receipt(push, type);

  await world.order("1001", { customerId: "c1" });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("takes nothing back that nobody is known to have seen, that is a day old, or where tags are ignored", async () => {
  const unseen = await reminded({ isShown: false });
  await unseen.world.order("1001", { customerId: "c1" });
  await unseen.world.pass(DAY);
  expect(unseen.world.pushes).toEqual([]);

  const apple = await reminded({ endpoint: "https://web.push.apple.com/abc" });
  await apple.world.order("1001", { customerId: "c1" });
  await apple.world.pass(DAY);
  expect(apple.world.pushes).toEqual([]);

  const old = await reminded();
  await old.world.pass(DAY);
  old.world.pushes.length = 0;
  await old.world.order("1001", { customerId: "c1" });
  await old.world.pass(DAY);
  expect(old.world.pushes.map(({ notification }) => notification.data.id)).toEqual([]);
});

test("a cart that is still as it was keeps its reminder", async () => {
  const { world } = await reminded();

  await world.cart("ada", [buildItem({ quantity: 2 })]);
  await world.pass(MINUTE);

  expect(world.pushes).toEqual([]);
});
