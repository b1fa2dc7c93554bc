import type { Router } from "../http.ts";
import { html } from "../http.ts";
import type { Sim } from "../sim.ts";

/** The merchant's admin: the frame with the app and the controls of the simulation. */
export function registerAdmin(router: Router, sim: Sim): void {
  router.on("GET", "/admin", () => html(`<!doctype html><title>${sim.state.shop.name} admin</title><h1>Admin</h1>`));
}
