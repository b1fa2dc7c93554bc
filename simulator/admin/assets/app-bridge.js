// Stands in for Shopify's App Bridge inside the app's frame. Talks to the simulated admin around it by postMessage, as the
// real one does, and offers the part of the `shopify` global that an embedded app uses.
(function () {
  "use strict";
  const script = document.currentScript;
  const adminOrigin = new URL(script.src).origin;
  const isEmbedded = window.parent !== window;
  const query = new URLSearchParams(location.search);
  if (window.shopify && window.shopify.simulated) return;

  // --- messages to the admin and back

  let nextId = 1;
  const waiting = new Map();
  const listeners = new Map();

  function send(action, payload) {
    if (isEmbedded) window.parent.postMessage({ simAppBridge: true, action, payload }, adminOrigin);
  }
  function ask(action, payload) {
    if (!isEmbedded) return Promise.reject(new Error("App Bridge works only inside the admin."));
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      window.parent.postMessage({ simAppBridge: true, id, action, payload }, adminOrigin);
    });
  }
  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.origin !== adminOrigin || !message || message.simAppBridge !== true) return;
    if (message.reply) {
      const entry = waiting.get(message.reply);
      waiting.delete(message.reply);
      if (entry && message.error) entry.reject(new Error(message.error));
      else if (entry) entry.resolve(message.result);
      return;
    }
    for (const listener of listeners.get(message.action) || []) listener(message.payload);
  });
  function on(action, listener) {
    listeners.set(action, [...(listeners.get(action) || []), listener]);
  }

  // --- session tokens on the app's own requests

  function idToken() {
    return ask("idToken", {});
  }

  const originalFetch = window.fetch.bind(window);
  window.fetch = async function (input, init) {
    const request = new Request(input, init);
    const isOwn = new URL(request.url, location.href).origin === location.origin;
    if (!isOwn || !isEmbedded || request.headers.has("Authorization")) return originalFetch(request);

    const retry = request.clone();
    const response = await originalFetch(withToken(request, await idToken()));
    const reauthorize = response.headers.get("X-Shopify-API-Request-Failure-Reauthorize-Url");
    if (reauthorize) openOutside(new URL(reauthorize, location.href).href, "_top");
    if (response.status !== 401 || !response.headers.has("X-Shopify-Retry-Invalid-Session-Request")) return response;
    return originalFetch(withToken(retry, await ask("idToken", { fresh: true })));
  };
  function withToken(request, token) {
    const headers = new Headers(request.headers);
    headers.set("Authorization", "Bearer " + token);
    headers.set("X-Requested-With", "XMLHttpRequest");
    return new Request(request, { headers });
  }

  // The bounce page has nothing but this script: come back with a token.
  const reload = query.get("shopify-reload");
  if (reload && isEmbedded) {
    idToken().then((token) => {
      const target = new URL(reload, location.href);
      if (target.origin !== location.origin) return;
      target.searchParams.set("id_token", token);
      location.replace(target.href);
    });
  }

  // --- links out of the frame

  const shop = query.get("shop") || "";
  function adminPath(url) {
    if (url.startsWith("shopify://admin")) return url.slice("shopify://admin".length) || "/";
    let parsed;
    try {
      parsed = new URL(url, location.href);
    } catch {
      return null;
    }
    if (parsed.hostname.endsWith(".myshopify.com") && /^\/admin(\/|$)/.test(parsed.pathname)) {
      return parsed.pathname.slice("/admin".length) + parsed.search;
    }
    const store = /^\/store\/[^/]+(\/.*)?$/.exec(parsed.pathname);
    if (parsed.hostname === "admin.shopify.com" && store) return (store[1] || "/") + parsed.search;
    return null;
  }
  function openOutside(url, target) {
    const path = adminPath(url);
    if (path !== null) send("openAdmin", { path, newTab: target === "_blank" });
    else send("openUrl", { url, newTab: target === "_blank" });
  }
  const originalOpen = window.open.bind(window);
  window.open = function (url, target, features) {
    const text = String(url || "");
    if (isEmbedded && text && (adminPath(text) !== null || target === "_top" || target === "_parent")) {
      openOutside(new URL(text, location.href).href, target);
      return null;
    }
    return originalOpen(url, target, features);
  };
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element && event.target.closest("a[href]");
      if (!link || !isEmbedded || event.defaultPrevented) return;
      const isOut = link.target === "_top" || link.target === "_parent";
      if (adminPath(link.getAttribute("href")) === null && !isOut) return;
      event.preventDefault();
      openOutside(link.href, link.target);
    },
    true,
  );

  // --- the address of the frame is shown in the admin's

  function reportPath() {
    send("path", { path: location.pathname + cleanSearch(), title: document.title });
  }
  function cleanSearch() {
    const kept = new URLSearchParams(location.search);
    for (const name of ["embedded", "host", "id_token", "session", "shop", "timestamp", "hmac", "locale", "_data"])
      kept.delete(name);
    const text = kept.toString();
    return text ? "?" + text : "";
  }
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name].bind(history);
    history[name] = function (...args) {
      original(...args);
      reportPath();
    };
  }
  window.addEventListener("popstate", reportPath);
  window.addEventListener("DOMContentLoaded", reportPath);

  // --- elements that the admin draws outside the frame

  const observed = { childList: true, subtree: true, attributes: true, characterData: true };

  class Mirrored extends HTMLElement {
    connectedCallback() {
      this.style.display = "none";
      this.observer = new MutationObserver(() => this.report());
      this.observer.observe(this, observed);
      // Children may come a moment later.
      queueMicrotask(() => this.report());
    }
    disconnectedCallback() {
      this.observer.disconnect();
      this.withdraw();
    }
    buttons() {
      return Array.from(this.querySelectorAll("button, a")).map((button) => ({
        label: button.textContent.trim(),
        isPrimary: button.getAttribute("variant") === "primary",
        isDisabled: button.hasAttribute("disabled"),
        isLoading: button.hasAttribute("loading") && button.getAttribute("loading") !== "false",
        tone: button.getAttribute("tone"),
      }));
    }
    press(index) {
      const button = this.querySelectorAll("button, a")[index];
      if (button) button.click();
    }
  }

  class NavMenu extends Mirrored {
    report() {
      const links = Array.from(this.querySelectorAll("a, s-link")).map((link) => ({
        label: link.textContent.trim(),
        href: link.getAttribute("href"),
        isHome: link.getAttribute("rel") === "home",
      }));
      send("navMenu", { links });
      current.navMenu = this;
    }
    withdraw() {}
  }

  class TitleBar extends Mirrored {
    report() {
      if (this.closest("ui-modal")) return;
      current.titleBar = this;
      send("titleBar", { title: this.getAttribute("title") || "", buttons: this.buttons() });
    }
    withdraw() {
      if (current.titleBar === this) send("titleBar", { title: "", buttons: [] });
    }
  }

  class SaveBar extends Mirrored {
    constructor() {
      super();
      this.isShown = false;
    }
    async show() {
      this.isShown = true;
      current.saveBar = this;
      this.report();
      this.dispatchEvent(new CustomEvent("show"));
    }
    async hide() {
      if (!this.isShown) return;
      this.isShown = false;
      send("saveBar", { isShown: false, buttons: [] });
      this.dispatchEvent(new CustomEvent("hide"));
    }
    async toggle() {
      return this.isShown ? this.hide() : this.show();
    }
    get showing() {
      return this.isShown;
    }
    report() {
      if (this.isShown) send("saveBar", { isShown: true, buttons: this.buttons() });
    }
    withdraw() {
      if (this.isShown) {
        this.isShown = false;
        send("saveBar", { isShown: false, buttons: [] });
      }
    }
  }

  // A modal stays inside the frame here: the admin around it would only add its shadow.
  class Modal extends HTMLElement {
    connectedCallback() {
      this.style.display = "none";
    }
    async show() {
      if (this.dialog) return;
      this.dialog = document.createElement("dialog");
      this.dialog.style.cssText =
        "width:min(620px,94vw);padding:0;border:0;border-radius:16px;overflow:hidden;box-shadow:0 20px 60px rgb(0 0 0/.3)";
      const bar = this.querySelector("ui-title-bar");
      const head = document.createElement("header");
      head.style.cssText = "padding:14px 20px;background:#f3f3f3;font:600 15px/1.4 Inter,system-ui,sans-serif";
      head.textContent = (bar && bar.getAttribute("title")) || "";
      const body = document.createElement("div");
      body.style.padding = "20px";
      body.append(...Array.from(this.childNodes).filter((node) => node !== bar));
      const foot = document.createElement("footer");
      foot.style.cssText =
        "display:flex;justify-content:flex-end;gap:8px;padding:12px 20px;border-top:1px solid #ebebeb";
      for (const button of bar ? Array.from(bar.querySelectorAll("button")) : []) {
        const copy = document.createElement("button");
        const isPrimary = button.getAttribute("variant") === "primary";
        copy.type = "button";
        copy.textContent = button.textContent;
        copy.style.cssText = `min-height:36px;padding:6px 14px;border-radius:8px;border:1px solid #b5b5b5;font:550 13px Inter,system-ui,sans-serif;background:${isPrimary ? "#303030" : "#fff"};color:${isPrimary ? "#fff" : "#303030"}`;
        copy.addEventListener("click", () => button.click());
        foot.append(copy);
      }
      this.dialog.append(head, body, foot);
      this.dialog.addEventListener("close", () => this.hide());
      document.body.append(this.dialog);
      this.dialog.showModal();
      this.dispatchEvent(new CustomEvent("show"));
    }
    async hide() {
      if (!this.dialog) return;
      const { dialog } = this;
      this.dialog = null;
      this.append(...dialog.querySelector("div").childNodes);
      dialog.remove();
      this.dispatchEvent(new CustomEvent("hide"));
    }
    async toggle() {
      return this.dialog ? this.hide() : this.show();
    }
  }

  const current = { navMenu: null, titleBar: null, saveBar: null };
  customElements.define("ui-nav-menu", NavMenu);
  customElements.define("s-app-nav", class extends NavMenu {});
  customElements.define("ui-title-bar", TitleBar);
  customElements.define("ui-save-bar", SaveBar);
  customElements.define("ui-modal", Modal);

  on("pressTitleBar", ({ index }) => current.titleBar && current.titleBar.press(index));
  on("pressSaveBar", ({ index }) => current.saveBar && current.saveBar.press(index));
  on("navigate", ({ href }) => {
    const links = current.navMenu ? Array.from(current.navMenu.querySelectorAll("a, s-link")) : [];
    const link = links.find((one) => one.getAttribute("href") === href);
    if (link) link.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
    else location.assign(href);
  });

  // --- the global

  const byId = (id) => document.getElementById(id);
  const ready = Promise.resolve();
  window.shopify = {
    simulated: true,
    config: {
      apiKey: script.dataset.apiKey || "",
      host: query.get("host") || "",
      shop,
      locale: query.get("locale") || "en",
    },
    origin: adminOrigin,
    ready,
    environment: { embedded: isEmbedded, mobile: false, intent: false, pos: false },
    setSignals() {},
    idToken,
    loading: (isLoading) => send("loading", { isLoading: isLoading !== false }),
    user: () => ask("user", {}),
    toast: {
      show(message, options) {
        const id = "toast-" + nextId++;
        const { onAction, onDismiss, ...plain } = options || {};
        if (onAction) on("toastAction:" + id, onAction);
        if (onDismiss) on("toastDismiss:" + id, onDismiss);
        send("toast", { id, message: String(message), options: plain });
        return id;
      },
      hide: (id) => send("hideToast", { id }),
    },
    saveBar: {
      show: async (id) => byId(id) && byId(id).show(),
      hide: async (id) => byId(id) && byId(id).hide(),
      toggle: async (id) => byId(id) && byId(id).toggle(),
      leaveConfirmation: () =>
        current.saveBar && current.saveBar.isShown ? ask("confirmLeave", {}) : Promise.resolve(),
    },
    modal: {
      show: async (id) => byId(id) && byId(id).show(),
      hide: async (id) => byId(id) && byId(id).hide(),
      toggle: async (id) => byId(id) && byId(id).toggle(),
    },
    resourcePicker: (options) => ask("resourcePicker", options || {}),
    picker: () => Promise.reject(new Error("picker is not simulated")),
    scopes: {
      query: () => ask("scopes", {}),
      request: async () => ({ result: "granted-all", detail: await ask("scopes", {}) }),
      revoke: async () => ({ detail: await ask("scopes", {}) }),
    },
    app: { extensions: () => ask("extensions", {}) },
    webVitals: { onReport() {} },
    support: { registerHandler: async () => undefined },
    reviews: { request: async () => ({ success: false, code: "mobile-app", message: "not simulated" }) },
    intents: {},
    pos: {},
    scanner: {},
  };
})();
