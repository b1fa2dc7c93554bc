import type { Sim } from "../sim.ts";
import { TOPIC_SCOPES } from "../webhooks/topics.ts";
import { adminPage } from "./layout.ts";

const TABS: [string, string][] = [
  ["orders", "Orders"],
  ["products", "Products"],
  ["customers", "Customers"],
  ["clock", "Clock"],
  ["webhooks", "Webhooks"],
  ["app", "App"],
  ["faults", "Faults"],
];

/** What merchants, carriers and the weather do, by hand: everything here goes through the simulation's own API. */
export function controlsPage(sim: Sim): string {
  return adminPage(sim, {
    title: "Simulation controls",
    current: "clock",
    isScrolling: true,
    scripts: ["controls.js"],
    config: { topics: Object.keys(TOPIC_SCOPES), currency: sim.state.shop.currency, shop: sim.state.shop.domain },
    body: `<div class="page">
      <h1>Simulation controls</h1>
      <div class="tabs" role="tablist" aria-label="Simulation controls">${TABS.map(([id, label]) => `<button type="button" role="tab" id="tab-${id}" aria-controls="panel" data-tab="${id}">${label}</button>`).join("")}</div>
      <div id="panel" role="tabpanel" data-panel></div>
    </div>`,
  });
}
