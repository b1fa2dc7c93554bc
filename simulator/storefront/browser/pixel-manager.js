// Runs the app's web pixel as Shopify does a strict one: in a worker without DOM and without an origin, and only where the
// shopper allows what the pixel declares. Inlined into the page, which calls it.
self.runWebPixel = function (config) {
  "use strict";
  const started = [];

  function consent() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith(config.consentCookie + "="));
    let answers = {};
    try {
      if (cookie) answers = JSON.parse(decodeURIComponent(cookie.slice(config.consentCookie.length + 1)));
    } catch {
      answers = {};
    }
    const allowed = (purpose) => answers[purpose] === "yes" || (!answers[purpose] && !config.isConsentRequired);
    return {
      analyticsProcessingAllowed: allowed("analytics"),
      marketingAllowed: allowed("marketing"),
      preferencesProcessingAllowed: allowed("preferences"),
      saleOfDataAllowed: allowed("sale_of_data"),
    };
  }

  function mayRun(privacy) {
    return (
      (!config.needs.analytics || privacy.analyticsProcessingAllowed) &&
      (!config.needs.marketing || privacy.marketingAllowed) &&
      (!config.needs.preferences || privacy.preferencesProcessingAllowed)
    );
  }

  function start() {
    const privacy = consent();
    if (started.length > 0 || !mayRun(privacy)) return;
    const context = {
      document: { location: { href: location.href }, referrer: document.referrer, title: document.title },
    };
    const init = { context, data: config.data, customerPrivacy: privacy };
    const given = JSON.stringify({ init, settings: config.settings });
    const source = [config.sandbox, "startSandbox(" + given + ");", config.pixel].join("\n");
    const worker = new Worker("data:text/javascript;charset=utf-8," + encodeURIComponent(source), {
      name: "web-pixel",
    });
    worker.addEventListener("error", (event) => console.warn("web pixel:", event.message));
    started.push(worker);
    for (const event of config.events)
      worker.postMessage({ event: Object.assign({ context, type: "standard" }, event) });
  }

  start();
  document.addEventListener("visitorConsentCollected", () => {
    start();
    for (const worker of started) worker.postMessage({ privacy: consent() });
  });
};
