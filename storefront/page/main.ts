import type { BeckonGlobal } from "../core.ts";
import { minorUnits } from "../money.ts";
import { ask, needsInstall } from "./ask.ts";
import { watchCart } from "./cart.ts";
import { allowed, watchConsent } from "./consent.ts";
import { track } from "./events.ts";
import { load } from "./load-chunk.ts";
import { page, permission } from "./page.ts";
import { watchPresence } from "./presence.ts";
import { watchRules } from "./rules.ts";
import { noteSource } from "./source.ts";
import { randomId, read, save } from "./state.ts";

// The page script: all that every visitor pays for. It is asked for after the page's load event and does nothing until
// consent is known; the worker, the prompt and the blocks come in chunks of their own.

const { Shopify } = window;

// Not in the theme editor, not in a preview of a theme that shoppers do not see.
if (!Shopify?.designMode && /^(main)?$/.test(Shopify?.theme?.role || "")) start();

function ignore() {}

function start(): void {
  window.Beckon = {
    page,
    read,
    save,
    randomId,
    allowed,
    permission,
    needsInstall,
    track(type, data, now) {
      if (allowed()) track(type, data, now);
    },
    ask: () => ask("manual"),
    load,
    minorUnits,
  } satisfies BeckonGlobal;

  // What a shopper asks for by a tap waits for nobody's consent.
  for (const name of ["stock-alert", "bell"] as const) {
    if (document.querySelector(`[data-beckon-block=${name}]`)) void load(name).then((block) => block.start());
  }

  watchConsent(() => {
    save({ views: (read().views || 0) + 1 });
    noteSource();
    watchPresence();
    watchCart(watchRules());
    // Once a visit, and whenever the shop has another key: the app hears of endpoints that the browser has replaced.
    if (permission() === "granted" && !read().off && sessionStorage.beckon !== page.config.vapidPublicKey) {
      load("subscribe")
        .then((chunk) => chunk.subscribe({ marketing: true, at: new Date().toISOString() }, { quiet: true }))
        .catch(ignore); // the next page tries again
    }
  });
}
