// The controls of the simulation: reads /_sim/state and acts through /_sim/….
(function () {
  "use strict";
  const config = JSON.parse(document.getElementById("sim-config").textContent);
  const panel = document.querySelector("[data-panel]");
  const STATUSES = [
    "label_printed",
    "confirmed",
    "carrier_picked_up",
    "in_transit",
    "out_for_delivery",
    "attempted_delivery",
    "ready_for_pickup",
    "delayed",
    "delivered",
    "failure",
  ];
  let timer = null;

  // h("button", {class, onclick, …}, children…): elements without any HTML in strings.
  function h(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }
  const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), ...children);
  const row = (...children) => h("div", { class: "row" }, ...children);
  const badge = (text, kind) => h("span", { class: "badge " + (kind || "") }, text);
  const button = (label, act, kind) =>
    h(
      "button",
      {
        type: "button",
        class: kind,
        onclick: async (event) => {
          event.target.disabled = true;
          try {
            await act();
          } catch (error) {
            toast(error.message, true);
          }
          event.target.disabled = false;
        },
      },
      label,
    );

  async function call(path, body) {
    const response = await fetch(path, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error || JSON.stringify(answer.errors || answer));
    return answer;
  }
  async function act(path, body, message) {
    const answer = await call(path, body);
    const sent = (answer.webhooks || []).length;
    toast(message + (Array.isArray(answer.webhooks) ? ` (${sent} ${sent === 1 ? "webhook" : "webhooks"})` : ""));
    await show();
    return answer;
  }
  function toast(text, isError) {
    const element = h("div", { class: isError ? "toast error" : "toast" }, text);
    document.querySelector("[data-toasts]").append(element);
    setTimeout(() => element.remove(), 4000);
  }
  const money = (minor, currency) =>
    new Intl.NumberFormat("en", { style: "currency", currency }).format(currency === "JPY" ? minor : minor / 100);
  const time = (iso) =>
    new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }) + " UTC";

  const tabs = {
    async orders(state) {
      const orders = Object.values(state.orders).toReversed();
      const carts = Object.values(state.carts).filter((cart) => cart.items.length > 0);
      const checkouts = Object.values(state.checkouts).filter((checkout) => !checkout.completedAt);
      return [
        card(
          `Orders (${orders.length})`,
          orders.length === 0 &&
            h("p", { class: "muted" }, "No orders yet. Buy something in the store, or place one here."),
          ...orders.map((order) => orderCard(order)),
          row(
            button("Place an order", () => act("/_sim/orders", { items: [firstItem(state)] }, "Order placed")),
            button("Point of sale", () =>
              act("/_sim/orders", { items: [firstItem(state)], sourceName: "pos" }, "POS order placed"),
            ),
            button("Test order", () =>
              act("/_sim/orders", { items: [firstItem(state)], test: true }, "Test order placed"),
            ),
          ),
        ),
        card(
          `Open carts (${carts.length}) and checkouts (${checkouts.length})`,
          ...carts.map((cart) =>
            h(
              "p",
              {},
              badge("cart"),
              ` ${cart.token.slice(0, 12)}… · ${cart.items.length} line(s) · ${time(cart.updatedAt)} `,
              button("Buy it", () => act("/_sim/orders", { cartToken: cart.token }, "Order placed")),
            ),
          ),
          ...checkouts.map((checkout) =>
            h(
              "p",
              {},
              badge("checkout", "wait"),
              ` ${checkout.token.slice(0, 12)}… · ${checkout.email || checkout.phone || "no contact yet"} · ${time(checkout.updatedAt)} `,
              button("Pay it", () => act("/_sim/orders", { checkoutToken: checkout.token }, "Order placed")),
            ),
          ),
        ),
      ];
    },

    async products(state) {
      const search = h("input", { type: "search", placeholder: "Search products", "aria-label": "Search products" });
      const body = h("tbody", {});
      const variants = Object.values(state.variants);
      const draw = () => {
        const words = search.value.toLowerCase();
        const rows = variants
          .map((variant) => ({ variant, product: state.products[variant.productId] }))
          .filter(
            ({ variant, product }) =>
              product && `${product.title} ${variant.title} ${variant.sku}`.toLowerCase().includes(words),
          )
          .slice(0, 60);
        body.replaceChildren(...rows.map(({ variant, product }) => variantRow(variant, product)));
      };
      search.addEventListener("input", draw);
      draw();
      return [
        card(
          "Stock and prices",
          row(search),
          h(
            "div",
            { class: "scroll-x" },
            h(
              "table",
              { class: "table" },
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  ...["Product", "Variant", "Stock", "Price", "Compare at", "Change"].map((label) =>
                    h("th", {}, label),
                  ),
                ),
              ),
              body,
            ),
          ),
        ),
      ];
    },

    async customers(state) {
      const customers = Object.values(state.customers);
      return [
        card(
          `Customers (${customers.length})`,
          h(
            "div",
            { class: "scroll-x" },
            h(
              "table",
              { class: "table" },
              h(
                "tbody",
                {},
                ...customers.map((customer) =>
                  h(
                    "tr",
                    {},
                    h("td", {}, `${customer.firstName} ${customer.lastName}`),
                    h("td", { class: "muted" }, customer.email || customer.phone || ""),
                    h("td", {}, customer.locale),
                    h("td", {}, `${customer.ordersCount} orders`),
                    h(
                      "td",
                      {},
                      row(
                        button("Data request", () =>
                          act(
                            "/_sim/customers/data-request",
                            { customerId: customer.id },
                            "customers/data_request sent",
                          ),
                        ),
                        button(
                          "Redact",
                          () => act("/_sim/customers/redact", { customerId: customer.id }, "customers/redact sent"),
                          "danger",
                        ),
                      ),
                    ),
                  ),
                ),
              ),
            ),
          ),
        ),
      ];
    },

    async clock(state) {
      const shown = h("p", { class: "clock", "data-clock": true }, time(state.clock.shop));
      const { real, shop, speed } = state.clock;
      clearInterval(timer);
      timer = setInterval(() => {
        shown.textContent = time(new Date(shop).getTime() + (Date.now() - new Date(real).getTime()) * speed);
      }, 250);
      const custom = h("input", { class: "short", value: "PT90M", "aria-label": "ISO 8601 duration" });
      const speedField = h("input", { type: "number", value: speed, min: "0.1", step: "any", "aria-label": "Speed" });
      const advance = (duration) =>
        button(duration.replace(/^(-?)P(T?)/, "$1").toLowerCase(), () =>
          act("/_sim/clock", { advance: duration }, `Clock moved by ${duration}`),
        );
      return [
        card(
          "Shop time",
          shown,
          h("p", { class: "muted" }, `Runs ${speed} times as fast as the machine's clock.`),
          row(...["PT1M", "PT3M", "PT10M", "PT30M", "PT90M", "PT6H", "P1D", "P7D"].map(advance)),
          h("p", {}),
          row(
            custom,
            button("Move", () => act("/_sim/clock", { advance: custom.value }, "Clock moved")),
            speedField,
            button("Set speed", () => act("/_sim/clock", { speed: Number(speedField.value) }, "Speed set")),
          ),
        ),
      ];
    },

    async webhooks() {
      const { disturbance, deliveries } = await call("/_sim/webhooks");
      const duplicate = h("input", { type: "number", value: disturbance.duplicate, min: 0, max: 20 });
      const delay = h("input", { type: "number", value: disturbance.delayMs, min: 0 });
      const drop = h("input", { type: "number", value: disturbance.drop, min: 0, max: 1, step: "0.1" });
      const shuffle = h("input", { type: "checkbox" });
      shuffle.checked = disturbance.shuffle;
      const topic = h("select", {}, ...config.topics.map((name) => h("option", {}, name)));
      const payload = h("textarea", { "aria-label": "Payload", spellcheck: "false" });
      const suggest = async () => {
        const sample = await call("/admin/sample-payload?topic=" + encodeURIComponent(topic.value));
        payload.value = JSON.stringify(sample.payload || { id: 1 }, null, 2);
      };
      topic.value = deliveries[0] ? deliveries[0].topic : "shop/update";
      topic.addEventListener("change", suggest);
      await suggest();
      const field = (label, input) => h("label", { class: "field" }, label, input);
      return [
        card(
          "On the way",
          row(
            field("Copies more", duplicate),
            field("Late by (ms)", delay),
            field("Share lost", drop),
            h("label", { class: "row" }, shuffle, "Shuffled"),
          ),
          h("p", {}),
          row(
            button(
              "Apply",
              () =>
                act(
                  "/_sim/webhooks",
                  {
                    duplicate: Number(duplicate.value),
                    delayMs: Number(delay.value),
                    drop: Number(drop.value),
                    shuffle: shuffle.checked,
                  },
                  "Applied",
                ),
              "primary",
            ),
            button("As it should be", () => act("/_sim/webhooks", {}, "Applied")),
          ),
        ),
        card(
          "Fire by hand",
          row(topic),
          h("p", {}),
          payload,
          h("p", {}),
          row(
            button(
              "Send",
              () =>
                act(
                  "/_sim/webhooks/fire",
                  { topic: topic.value, payload: JSON.parse(payload.value) },
                  `${topic.value} sent`,
                ),
              "primary",
            ),
          ),
        ),
        card(
          `Deliveries (${deliveries.length})`,
          ...deliveries.slice(0, 60).map((delivery) => {
            const last = delivery.attempts.at(-1);
            return h(
              "details",
              { class: "order" },
              h(
                "summary",
                {},
                badge(
                  delivery.state,
                  delivery.state === "delivered"
                    ? "good"
                    : delivery.state === "failed" || delivery.state === "dropped"
                      ? "bad"
                      : "wait",
                ),
                ` ${delivery.topic} `,
                h(
                  "span",
                  { class: "muted" },
                  `${time(delivery.triggeredAt)} · ${last ? last.status || last.error : "not yet"} · ${delivery.attempts.length} attempt(s)`,
                ),
              ),
              row(
                button("Send again", () =>
                  act("/_sim/webhooks/resend", { webhookId: delivery.webhookId }, "Sent again"),
                ),
              ),
              h("pre", {}, JSON.stringify(delivery.payload, null, 2)),
            );
          }),
        ),
      ];
    },

    async app(state) {
      const scopes = state.installation ? state.installation.scopes : [];
      const proxy = h("input", { value: "/apps/beckon", "aria-label": "Path of the app proxy" });
      const metafields = Object.values(state.appMetafields || {});
      return [
        card(
          "Installation",
          h(
            "p",
            {},
            badge(state.installed ? "installed" : "not installed", state.installed ? "good" : "bad"),
            " ",
            badge(state.theme.isEmbedOn ? "embed on" : "embed off", state.theme.isEmbedOn ? "good" : "wait"),
            " ",
            badge(state.webPixel ? "web pixel on" : "no web pixel", state.webPixel ? "good" : "wait"),
          ),
          h("p", { class: "muted" }, scopes.join(", ")),
          row(
            button(
              state.installed ? "Open again" : "Install",
              () => act("/_sim/install", { embed: true }, "Installed, embed on"),
              "primary",
            ),
            button(state.theme.isEmbedOn ? "Embed off" : "Embed on", () =>
              act("/_sim/theme", { embed: !state.theme.isEmbedOn }, "Theme saved"),
            ),
            button("Expire access tokens", () => act("/_sim/tokens/expire", {}, "Access tokens expired")),
            button("Uninstall", () => act("/_sim/uninstall", {}, "Uninstalled"), "danger"),
            button(
              "Uninstall and redact",
              () => act("/_sim/uninstall", { redact: true }, "Uninstalled, shop/redact sent"),
              "danger",
            ),
          ),
        ),
        card(
          "App proxy",
          h("p", { class: "muted" }, "A merchant may move it: /a, /apps, /community or /tools, then a name."),
          row(
            proxy,
            button("Move", () => act("/admin/proxy-path", { path: proxy.value }, "Moved")),
          ),
        ),
        card(
          "App metafields",
          metafields.length === 0 && h("p", { class: "muted" }, "None."),
          ...metafields.map((field) =>
            h(
              "details",
              {},
              h("summary", {}, `${field.namespace}.${field.key} (${field.type})`),
              h("pre", {}, field.value),
            ),
          ),
        ),
      ];
    },

    async faults(state) {
      const path = h("input", { value: "/admin/", "aria-label": "Path" });
      const status = h("select", {}, ...["500", "503", "429", "401", "403"].map((code) => h("option", {}, code)));
      const times = h("input", { type: "number", value: 1, min: 1 });
      const hang = h("input", { type: "number", value: 0, min: 0 });
      const field = (label, input) => h("label", { class: "field" }, label, input);
      return [
        card(
          "What Shopify answers to the app",
          row(
            field("Path begins with", path),
            field("Status", status),
            field("Times", times),
            field("Hang (ms)", hang),
          ),
          h("p", {}),
          row(
            button(
              "Add",
              () =>
                act(
                  "/_sim/faults",
                  {
                    path: path.value,
                    status: Number(status.value),
                    times: Number(times.value),
                    hangMs: Number(hang.value),
                  },
                  "Added",
                ),
              "primary",
            ),
            button("Throttle GraphQL 3 times", () => act("/_sim/faults", { throttled: 3 }, "Added")),
            button("None", () => act("/_sim/faults", {}, "All taken away")),
          ),
          h("pre", {}, JSON.stringify(state.faults, null, 2)),
        ),
      ];
    },
  };

  function firstItem(state) {
    const variant = Object.values(state.variants).find((one) =>
      Object.values(one.available).some((pieces) => pieces > 2),
    );
    return { variantId: variant.id, quantity: 1 };
  }

  function variantRow(variant, product) {
    const total = Object.values(variant.available).reduce((sum, pieces) => sum + pieces, 0);
    const stock = h("input", { type: "number", value: total, "aria-label": "Stock" });
    const price = h("input", {
      class: "short",
      value: (variant.price / 100).toFixed(2),
      "aria-label": "Price",
      inputmode: "decimal",
    });
    const compare = h("input", {
      class: "short",
      value: variant.compareAtPrice === null ? "" : (variant.compareAtPrice / 100).toFixed(2),
      "aria-label": "Compare at",
      inputmode: "decimal",
    });
    const save = async () => {
      const jobs = [];
      if (Number(stock.value) !== total)
        jobs.push(["/_sim/inventory", { variantId: variant.id, available: Number(stock.value) }]);
      const compareAtPrice = compare.value.trim() === "" ? null : compare.value.trim();
      const isNewPrice = price.value !== (variant.price / 100).toFixed(2);
      const isNewCompare =
        compare.value !== (variant.compareAtPrice === null ? "" : (variant.compareAtPrice / 100).toFixed(2));
      if (isNewPrice || isNewCompare)
        jobs.push(["/_sim/price", { variantId: variant.id, price: price.value, compareAtPrice }]);
      for (const [path, body] of jobs) await call(path, body);
      toast(jobs.length === 0 ? "Nothing was changed" : "Saved");
      await show();
    };
    return h(
      "tr",
      {},
      h("td", {}, product.title),
      h("td", { class: "muted" }, variant.title === "Default Title" ? "" : variant.title),
      h("td", {}, stock),
      h("td", {}, price),
      h("td", {}, compare),
      h("td", {}, button("Save", save)),
    );
  }

  function orderCard(order) {
    const number = h("input", {
      placeholder: "1Z 999 AA1 01",
      "aria-label": "Tracking number",
      value: order.fulfillments.at(-1)?.trackingNumber || "",
    });
    const status = h("select", { "aria-label": "Shipment status" }, ...STATUSES.map((name) => h("option", {}, name)));
    status.value = "out_for_delivery";
    const shipped = order.fulfillments.at(-1);
    return h(
      "div",
      { class: "order" },
      h(
        "p",
        {},
        h("strong", {}, order.name),
        " ",
        badge(order.financialStatus, order.financialStatus === "paid" ? "good" : "wait"),
        " ",
        order.cancelledAt && badge("cancelled", "bad"),
        order.isTest && badge("test", "wait"),
        order.sourceName !== "web" && badge(order.sourceName),
        " ",
        shipped && badge(shipped.shipmentStatus || shipped.status, "good"),
      ),
      h(
        "p",
        { class: "muted" },
        `${money(order.total.presentment, order.presentmentCurrency)} · ${order.lines.map((line) => `${line.quantity} × ${line.title}`).join(", ")} · ${time(order.createdAt)}`,
      ),
      order.codes.length > 0 && h("p", {}, ...order.codes.map((code) => badge(code.code))),
      row(
        number,
        button(shipped ? "Set tracking" : "Fulfil", () =>
          act(
            "/_sim/fulfillments",
            { orderId: order.id, status: "success", trackingNumber: number.value || null, trackingCompany: "UPS" },
            "Fulfilled",
          ),
        ),
        status,
        button("Carrier says", () =>
          act("/_sim/fulfillments", { orderId: order.id, status: status.value }, `Shipment is ${status.value}`),
        ),
        button("Refund", () => act("/_sim/refunds", { orderId: order.id }, "Refunded")),
        button("Cancel", () => act("/_sim/orders/cancel", { orderId: order.id }, "Cancelled"), "danger"),
      ),
    );
  }

  async function show() {
    const name = location.hash.slice(1) in tabs ? location.hash.slice(1) : "clock";
    if (name !== "clock") clearInterval(timer);
    for (const tab of document.querySelectorAll("[data-tab]"))
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    document.getElementById("tab-" + name).scrollIntoView({ block: "nearest", inline: "nearest" });
    panel.setAttribute("aria-labelledby", "tab-" + name);
    const state = await call("/_sim/state");
    panel.replaceChildren(...(await tabs[name](state)).filter(Boolean));
  }
  for (const tab of document.querySelectorAll("[data-tab]"))
    tab.addEventListener("click", () => (location.hash = tab.dataset.tab));
  window.addEventListener("hashchange", show);
  show();
})();
