import type { Sim } from "../sim.ts";

// A merchant may move the app proxy to another path in the shop's settings; until then it is where shopify.app.toml says.
const moved = new WeakMap<Sim, string>();

/** Path of the app proxy in this shop, such as "/apps/beckon"; null when the app has none. */
export function proxyPathOf(sim: Sim): string | null {
  const { proxy } = sim.options.appConfig();
  return proxy ? (moved.get(sim) ?? `/${proxy.prefix}/${proxy.subpath}`) : null;
}

/** @throws RangeError when Shopify would not accept the path */
export function moveProxy(sim: Sim, path: string): void {
  if (!/^\/(a|apps|community|tools)\/[A-Za-z0-9_-]{1,30}$/.test(path))
    throw new RangeError(`not a path of an app proxy: ${path}`);
  moved.set(sim, path);
}
