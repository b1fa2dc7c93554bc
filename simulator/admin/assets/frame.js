// The admin around the app's frame: gives tokens, draws what App Bridge's elements ask for, keeps the address in step.
(function () {
  "use strict";
  const config = JSON.parse(document.getElementById("sim-config").textContent);
  const frame = document.querySelector("iframe[data-app-frame]");
  const $ = (selector) => document.querySelector(selector);
  let hasUnsaved = false;
  let token = null;

  async function sessionToken(isFresh) {
    const isYoung = token && Date.now() - token.at < 20_000;
    if (!isYoung || isFresh) {
      const response = await fetch("/admin/session-token", { method: "POST" });
      if (!response.ok) throw new Error("The app is not installed.");
      token = { value: (await response.json()).token, at: Date.now() };
    }
    return token.value;
  }

  function post(action, payload) {
    frame.contentWindow.postMessage({ simAppBridge: true, action, payload }, config.appOrigin);
  }

  const answers = {
    idToken: ({ fresh }) => sessionToken(fresh),
    user: () => ({ accountAccess: "Store owner" }),
    scopes: () => config.scopes,
    extensions: async () => (await fetch("/admin/extensions")).json(),
    confirmLeave: () =>
      window.confirm("Leave without saving your changes?")
        ? (showSaveBar({ isShown: false, buttons: [] }), undefined)
        : new Promise(() => {}),
    resourcePicker: (options) => pickProducts(options),
  };
  const notices = {
    navMenu: ({ links }) => drawNav(links),
    titleBar: ({ title, buttons }) => drawTitle(title, buttons),
    saveBar: (state) => showSaveBar(state),
    toast: (toast) => showToast(toast),
    hideToast: ({ id }) => document.getElementById(id)?.remove(),
    loading: ({ isLoading }) => document.body.classList.toggle("is-loading", isLoading),
    path: ({ path }) => rememberPath(path),
    openAdmin: ({ path, newTab }) => open(adminAddress(path), newTab),
    openUrl: ({ url, newTab }) => open(url, newTab),
  };

  window.addEventListener("message", async (event) => {
    const message = event.data;
    if (event.source !== frame.contentWindow || event.origin !== config.appOrigin || !message || !message.simAppBridge)
      return;
    if (!message.id) {
      notices[message.action]?.(message.payload);
      return;
    }
    const reply = (body) =>
      frame.contentWindow.postMessage({ simAppBridge: true, reply: message.id, ...body }, config.appOrigin);
    try {
      const answer = answers[message.action];
      if (!answer) throw new Error(`${message.action} is not simulated`);
      reply({ result: await answer(message.payload) });
    } catch (error) {
      reply({ error: error.message });
    }
  });

  function open(url, newTab) {
    if (newTab) window.open(url, "_blank", "noopener");
    else window.location.assign(url);
  }
  // "/apps/KEY/path" is ours again; other pages of the admin are under /admin.
  function adminAddress(path) {
    return path === "/" ? "/admin" : "/admin" + path;
  }
  function rememberPath(path) {
    history.replaceState(null, "", `/admin/apps/${config.apiKey}${path}`);
    for (const link of document.querySelectorAll("[data-app-link]")) {
      const href = link.dataset.appLink;
      const isHere = href === config.home ? path.split("?")[0] === href : path.startsWith(href);
      link.toggleAttribute("aria-current", isHere);
    }
  }

  function drawNav(links) {
    const home = links.find((link) => link.isHome);
    if (home) config.home = home.href;
    $("[data-app-nav]").replaceChildren(
      ...links
        .filter((link) => !link.isHome)
        .map(({ label, href }) => {
          const link = document.createElement("a");
          link.href = `/admin/apps/${config.apiKey}${href}`;
          link.textContent = label;
          link.dataset.appLink = href;
          return link;
        }),
    );
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-app-link]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    document.body.classList.remove("nav-open");
    if (hasUnsaved && !window.confirm("Leave without saving your changes?")) return;
    post("navigate", { href: link.dataset.appLink });
  });

  function button(state, act) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = state.label;
    element.disabled = state.isDisabled || state.isLoading;
    if (state.isPrimary) element.className = "primary";
    element.addEventListener("click", act);
    return element;
  }
  function drawTitle(title, buttons) {
    $("[data-app-title]").textContent = title || config.appName;
    $("[data-app-actions]").replaceChildren(
      ...buttons.map((state, index) => button(state, () => post("pressTitleBar", { index }))),
    );
  }
  function showSaveBar({ isShown, buttons }) {
    hasUnsaved = isShown;
    $("[data-save-bar]").hidden = !isShown;
    // Shopify shows Discard on the left of Save, whatever their order in the app.
    const order = buttons
      .map((state, index) => ({ state, index }))
      .toSorted((a, b) => Number(a.state.isPrimary) - Number(b.state.isPrimary));
    $("[data-save-buttons]").replaceChildren(
      ...order.map(({ state, index }) => button(state, () => post("pressSaveBar", { index }))),
    );
  }
  function showToast({ id, message, options }) {
    const toast = document.createElement("div");
    toast.className = options.isError ? "toast error" : "toast";
    toast.id = id;
    toast.textContent = message;
    if (options.action) toast.append(button({ label: options.action }, () => post(`toastAction:${id}`, {})));
    $("[data-toasts]").append(toast);
    setTimeout(() => {
      toast.remove();
      post(`toastDismiss:${id}`, {});
    }, options.duration || 5000);
  }

  async function pickProducts(options) {
    const { products } = await (await fetch("/products.json?limit=250")).json();
    const dialog = document.createElement("dialog");
    dialog.className = "picker";
    dialog.innerHTML = `<form method="dialog"><h2>Select products</h2><input type="search" placeholder="Search" aria-label="Search"><div class="picker-list"></div><footer><button value="cancel">Cancel</button><button class="primary" value="ok">Select</button></footer></form>`;
    const list = dialog.querySelector(".picker-list");
    for (const product of products) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = options.multiple ? "checkbox" : "radio";
      box.name = "product";
      box.value = product.id;
      label.append(box, product.title);
      list.append(label);
    }
    dialog.querySelector("input[type=search]").addEventListener("input", (event) => {
      const words = event.target.value.toLowerCase();
      for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(words);
    });
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        const chosen = Array.from(list.querySelectorAll(":checked")).map((box) =>
          products.find((product) => String(product.id) === box.value),
        );
        dialog.remove();
        if (dialog.returnValue !== "ok") return resolve(undefined);
        resolve(
          chosen.map((product) => ({
            id: `gid://shopify/Product/${product.id}`,
            title: product.title,
            handle: product.handle,
            images: product.images.map((image) => ({ originalSrc: image.src })),
            variants: product.variants.map((variant) => ({
              id: `gid://shopify/ProductVariant/${variant.id}`,
              title: variant.title,
              price: variant.price,
            })),
          })),
        );
      });
    });
  }

  // Only now, so that nothing the app says is missed.
  frame.src = frame.dataset.src;
})();
