import type { Router } from "../http.ts";
import { html } from "../http.ts";
import type { Sim } from "../sim.ts";

/** The shop's pages, AJAX cart, checkout and app proxy. */
export function registerStorefront(router: Router, sim: Sim): void {
  router.on("GET", "/", () =>
    html(`<!doctype html><title>${sim.state.shop.name}</title><h1>${sim.state.shop.name}</h1>`),
  );
}
