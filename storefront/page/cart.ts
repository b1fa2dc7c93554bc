import { allowed } from "./consent.ts";
import { load } from "./load-chunk.ts";
import { page } from "./page.ts";
import { read } from "./state.ts";

/** A theme drawer works on the cart too, and two calls at once race: ours waits until it has been calm this long. */
const CALM_MS = 400;

let timer: ReturnType<typeof setTimeout>;

/**
 * Hears of cart changes by looking at what the page has requested, before us too: nothing of the theme's is patched.
 * A form sent the old way ends in a new page, whose cart differs from the last reported one.
 */
export function watchCart(onAdd: () => void): void {
  new PerformanceObserver((list) => {
    // Our own call carries `?beckon`. What the shop refused (sold out) has changed nothing.
    const changes = (list.getEntries() as PerformanceResourceTiming[]).filter(
      ({ name, responseStatus }) =>
        /\/cart\/(add|change|update|clear)(\.js)?(\?(?!beckon)|$)/.test(name) && !(responseStatus >= 400),
    );
    if (!changes.length) return;
    clearTimeout(timer);
    timer = setTimeout(report, CALM_MS);
    if (changes.some((entry) => entry.name.includes("/add"))) onAdd();
  }).observe({ type: "resource", buffered: true });

  const { count, total } = page.cart;
  const [before = 0] = (read().cartSize || "").split(":");
  if (`${count}:${total}` !== (read().cartSize || "0:0")) {
    report();
    if (count > +before) onAdd();
  }
}

function report(): void {
  if (allowed()) void load("cart").then((cart) => cart.report());
}
