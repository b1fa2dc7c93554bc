import { flush, isSubscriber, track } from "./events.ts";
import { read, save } from "./state.ts";

let isAllowed: boolean | undefined;

export function allowed(): boolean | undefined {
  return isAllowed;
}

/**
 * Asks Shopify's Customer Privacy API, which knows whether consent is needed where the visitor is and whether it was
 * given. No answer is no. `onAllowed` is called once, as soon as the answer is yes.
 */
export function watchConsent(onAllowed: () => void): void {
  let isStarted: boolean;
  const hear = (answer: boolean) => {
    isAllowed = answer;
    if (!answer) withdraw();
    else if (!isStarted) {
      isStarted = true;
      onAllowed();
    }
  };
  const shopify = window.Shopify;
  document.addEventListener("visitorConsentCollected", (event) =>
    hear((event as CustomEvent<{ marketingAllowed: boolean }>).detail.marketingAllowed),
  );
  shopify?.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], (error) => {
    if (!error && shopify.customerPrivacy) hear(shopify.customerPrivacy.marketingAllowed());
  });
}

/** No means: what was gathered is dropped, and if the app knows us, it hears of it once. */
function withdraw(): void {
  save({ events: [] });
  if (isSubscriber() && read().marketing) {
    save({ marketing: false });
    track("consent_withdrawn");
    void flush();
  }
}
