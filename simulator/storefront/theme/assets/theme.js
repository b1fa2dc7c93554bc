// The theme's own script: variant picker, cart drawer, consent banner. Talks to the shop through the AJAX API only, as any
// theme does.
(function () {
  "use strict";
  const root = window.Shopify.routes.root;
  const texts = window.theme.texts;
  const $ = (selector, scope) => (scope || document).querySelector(selector);
  const $$ = (selector, scope) => Array.from((scope || document).querySelectorAll(selector));

  function money(hundredths) {
    const digits = (value, decimals) => (value / 100).toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return window.theme.moneyFormat
      .replace(/\{\{\s*amount\s*\}\}/, () => digits(hundredths, 2))
      .replace(/\{\{\s*amount_no_decimals\s*\}\}/, () => digits(hundredths, 0));
  }

  async function send(path, body) {
    const response = await fetch(root + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.description || answer.message || texts.failed);
    return answer;
  }

  async function readCart() {
    const response = await fetch(root + "cart.js", { headers: { Accept: "application/json" } });
    return response.json();
  }

  // --- cart drawer

  const drawer = $("[data-cart-drawer]");

  function showCount(cart) {
    for (const count of $$("[data-cart-count]")) {
      count.textContent = cart.item_count;
      count.hidden = cart.item_count === 0;
    }
  }

  function drawCart(cart) {
    showCount(cart);
    const lines = $("[data-cart-lines]", drawer);
    lines.replaceChildren();
    $("[data-cart-foot]", drawer).hidden = cart.item_count === 0;
    if (cart.item_count === 0) {
      lines.append($("[data-cart-empty]", drawer).content.cloneNode(true));
      return;
    }

    cart.items.forEach((item) => {
      const line = $("[data-cart-line]", drawer).content.cloneNode(true);
      for (const link of $$("[data-line-link]", line)) link.href = item.url;
      $("[data-line-image]", line).src = item.image || "";
      $("[data-line-title]", line).textContent = item.product_title;
      $("[data-line-variant]", line).textContent = item.variant_title || "";
      $("[data-line-quantity]", line).textContent = item.quantity;
      $("[data-line-price]", line).textContent = money(item.final_line_price);
      const change = (quantity) => () =>
        send("cart/change.js", { id: item.key, quantity }).then(drawCart, (error) => window.alert(error.message));
      $("[data-line-minus]", line).addEventListener("click", change(item.quantity - 1));
      $("[data-line-plus]", line).addEventListener("click", change(item.quantity + 1));
      $("[data-line-remove]", line).addEventListener("click", change(0));
      lines.append(line);
    });

    const codes = cart.cart_level_discount_applications.map((application) => application.title);
    $("[data-cart-discount-row]", drawer).hidden = cart.total_discount === 0;
    $("[data-cart-codes]", drawer).textContent = codes.join(", ");
    $("[data-cart-discount]", drawer).textContent = "−" + money(cart.total_discount);
    $("[data-cart-total]", drawer).textContent = money(cart.total_price);
  }

  async function openDrawer() {
    drawCart(await readCart());
    if (!drawer.open) drawer.showModal();
  }

  if (drawer) {
    for (const opener of $$("[data-cart-open]")) {
      opener.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || document.body.classList.contains("template-cart"))
          return;
        event.preventDefault();
        openDrawer();
      });
    }
    $("[data-cart-close]", drawer).addEventListener("click", () => drawer.close());
    drawer.addEventListener("click", (event) => {
      if (event.target === drawer) drawer.close();
    });
  }

  // --- product page

  const productElement = $("[data-product]");
  if (productElement) {
    const product = JSON.parse($("[data-product-json]", productElement).textContent);
    const form = $("[data-product-form]", productElement);
    const idInput = $("[data-variant-id]", form);
    const addButton = $("[data-add]", form);
    const buyButton = $("[data-buy-now]", form);
    const errorLine = $("[data-form-error]", form);
    const options = $$("[data-option]", productElement);

    const chosen = () => {
      const values = [];
      for (const input of options) if (input.checked) values[Number(input.dataset.option)] = input.value;
      return product.variants.find((variant) => variant.options.every((value, index) => value === values[index]));
    };
    const markSoldOut = () => {
      const current = chosen();
      for (const input of options) {
        const values = current ? current.options.slice() : [];
        values[Number(input.dataset.option)] = input.value;
        const variant = product.variants.find((one) => one.options.every((value, index) => value === values[index]));
        input.closest(".pill").classList.toggle("sold", !variant || !variant.available);
      }
    };
    const show = (variant) => {
      addButton.disabled = buyButton.disabled = !variant || !variant.available;
      addButton.textContent = !variant ? texts.unavailable : variant.available ? texts.add : texts.soldOut;
      errorLine.hidden = true;
      markSoldOut();
      if (!variant) return;
      $("[data-price-now]", productElement).textContent = money(variant.price);
      const was = $("[data-price-was]", productElement);
      was.hidden = !(variant.compare_at_price > variant.price);
      was.textContent = money(variant.compare_at_price || 0);
      idInput.value = variant.id;
      idInput.dispatchEvent(new Event("change", { bubbles: true }));
      const url = new URL(location.href);
      url.searchParams.set("variant", variant.id);
      history.replaceState(history.state, "", url);
    };
    for (const input of options) input.addEventListener("change", () => show(chosen()));
    if (options.length > 0) markSoldOut();

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      addButton.disabled = true;
      addButton.textContent = texts.adding;
      errorLine.hidden = true;
      try {
        const quantity = Number(form.elements.quantity.value) || 1;
        await send("cart/add.js", { items: [{ id: Number(idInput.value), quantity }] });
        await openDrawer();
      } catch (error) {
        errorLine.textContent = error.message;
        errorLine.hidden = false;
      }
      addButton.disabled = false;
      addButton.textContent = texts.add;
    });

    // As Shopify's own button does, straight to the checkout with this one product: the cart is left alone.
    buyButton.addEventListener("click", () => {
      const quantity = Number(form.elements.quantity.value) || 1;
      location.href = root + "checkouts/buy-now?variant=" + idInput.value + "&quantity=" + quantity;
    });
  }

  // --- small things

  for (const form of $$("form[data-autosubmit]")) {
    form.addEventListener("change", () => form.submit());
  }
  document.addEventListener("click", (event) => {
    const menu = $("[data-menu][open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  // --- consent banner

  const banner = $("[data-consent-banner]");
  if (banner) {
    window.Shopify.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], (error) => {
      if (error) return;
      const privacy = window.Shopify.customerPrivacy;
      banner.hidden = !privacy.shouldShowBanner();
      for (const button of $$("[data-consent]", banner)) {
        button.addEventListener("click", () => {
          const allowed = button.dataset.consent === "yes";
          privacy.setTrackingConsent(
            { analytics: allowed, marketing: allowed, preferences: allowed, sale_of_data: allowed },
            () => (banner.hidden = true),
          );
        });
      }
    });
  }
})();
