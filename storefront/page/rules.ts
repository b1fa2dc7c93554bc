import { ask, isInstalled, mayAsk } from "./ask.ts";
import { isSubscriber } from "./events.ts";
import { load } from "./load-chunk.ts";
import { page } from "./page.ts";
import { read } from "./state.ts";

/** A shopper who has seen enough pages is not met by the prompt at the door. */
const SETTLE_MS = 3_000;

/** Asks when one of the merchant's rules is met. Returns what to call when something was added to the cart. */
export function watchRules(): () => void {
  const isPhone = matchMedia("(max-width:749px),(pointer:coarse)").matches;
  const rules = page.config.prompt[isPhone ? "mobile" : "desktop"];
  let isMet: boolean;
  const meet = (variant: string, delayMs?: number) => {
    if (isMet || !rules.enabled || !mayAsk()) return;
    isMet = true;
    setTimeout(() => {
      if (document.visibilityState === "visible") void ask(variant);
      else document.addEventListener("visibilitychange", () => ask(variant), { once: true });
    }, delayMs);
  };

  if (rules.afterSeconds) setTimeout(meet, rules.afterSeconds * 1000, "seconds");
  if (rules.afterPageViews && (read().views || 0) >= rules.afterPageViews) setTimeout(meet, SETTLE_MS, "page_views");
  // Who has put the shop on the home screen did so for this.
  if (isInstalled()) setTimeout(meet, SETTLE_MS, "home_screen");

  if (rules.afterScrollPercent) {
    let isWaiting: boolean;
    const scrolled = () => {
      isWaiting = false;
      const share = scrollY / (document.documentElement.scrollHeight - innerHeight);
      if (share * 100 >= rules.afterScrollPercent!) meet("scroll");
    };
    addEventListener(
      "scroll",
      () => {
        if (!isWaiting) setTimeout(scrolled, 200);
        isWaiting = true;
      },
      { passive: true },
    );
  }
  // Whom there is nothing to ask, there is something to offer, if the merchant does.
  if (isSubscriber() ? page.config.exitIntent : rules.onExitIntent) {
    void load("exit").then((exit) => exit.watch(isPhone, () => meet("exit")));
  }

  return () => {
    if (rules.afterAddToCart) meet("add_to_cart", 1_000);
  };
}
