// The Customer Privacy API as the page sees it: behind `Shopify.loadFeatures`, as on a real shop. Inlined into every page,
// which calls it with {isConsentRequired, cookie, country}.
self.installCustomerPrivacy = function (settings) {
  "use strict";

  function stored() {
    const found = document.cookie.split("; ").find((part) => part.startsWith(settings.cookie + "="));
    try {
      return found ? JSON.parse(decodeURIComponent(found.slice(settings.cookie.length + 1))) : {};
    } catch {
      return {};
    }
  }

  // Without a law that asks for consent, silence is a yes.
  function allowed(purpose) {
    const answer = stored()[purpose] || "";
    return answer === "yes" || (answer === "" && !settings.isConsentRequired);
  }

  function setTrackingConsent(choice, done) {
    const all = typeof choice === "boolean";
    const next = stored();
    for (const purpose of ["analytics", "marketing", "preferences", "sale_of_data"]) {
      const value = all ? choice : choice[purpose];
      if (typeof value === "boolean") next[purpose] = value ? "yes" : "no";
    }
    document.cookie =
      settings.cookie + "=" + encodeURIComponent(JSON.stringify(next)) + "; path=/; max-age=31536000; samesite=lax";
    document.dispatchEvent(
      new CustomEvent("visitorConsentCollected", {
        detail: {
          analyticsAllowed: allowed("analytics"),
          marketingAllowed: allowed("marketing"),
          preferencesAllowed: allowed("preferences"),
          saleOfDataAllowed: allowed("sale_of_data"),
          firstPartyMarketingAllowed: allowed("marketing"),
          thirdPartyMarketingAllowed: allowed("marketing"),
        },
      }),
    );
    if (done) done();
  }

  const api = {
    analyticsProcessingAllowed: () => allowed("analytics"),
    marketingAllowed: () => allowed("marketing"),
    preferencesProcessingAllowed: () => allowed("preferences"),
    saleOfDataAllowed: () => allowed("sale_of_data"),
    userCanBeTracked: () => allowed("analytics") && allowed("marketing"),
    currentVisitorConsent: () =>
      Object.assign({ marketing: "", analytics: "", preferences: "", sale_of_data: "" }, stored()),
    shouldShowBanner: () => settings.isConsentRequired && !("marketing" in stored()),
    getRegion: () => settings.country,
    getTrackingConsent: () => stored().marketing || "",
    setTrackingConsent,
  };

  window.Shopify.loadFeatures = function (features, done) {
    setTimeout(() => {
      const unknown = features.find((feature) => feature.name !== "consent-tracking-api");
      if (!unknown) window.Shopify.customerPrivacy = api;
      if (done) done(unknown ? new Error("Unknown feature " + unknown.name) : undefined);
    }, 0);
  };
};
