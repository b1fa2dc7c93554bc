import type { Sim } from "../sim.ts";
import type { Visit } from "./visit.ts";

/** The script that starts the app's web pixel on this page; "" where it may not run. */
export function pixelLoaderScript(_sim: Sim, _visit: Visit): string {
  return "";
}
