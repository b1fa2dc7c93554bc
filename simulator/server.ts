import type { Server } from "node:http";
import { productImagePng } from "./catalogue.ts";
import { registerClock } from "./clock-api.ts";
import { faultGuard } from "./fault-guard.ts";
import { registerAdminApi } from "./graphql/route.ts";
import { redactShopWhenDue } from "./installation.ts";
import { registerOauth } from "./oauth/routes.ts";
import { registerSimApi } from "./sim-api.ts";
import { registerAdmin } from "./admin/index.ts";
import { createHttpServer, createRouter, json } from "./http.ts";
import type { Router, SimRequest, SimResponse } from "./http.ts";
import type { Sim } from "./sim.ts";
import { registerStorefront } from "./storefront/index.ts";

/** Everything the simulator answers to. */
function createSimRouter(sim: Sim): Router {
  const router = createRouter();
  router.before((request) => refuseOtherShop(sim, request));
  router.before(faultGuard(sim));
  router.before(answerPicture);
  registerClock(router, sim);
  registerSimApi(router, sim);
  registerOauth(router, sim);
  registerAdminApi(router, sim);
  registerAdmin(router, sim);
  registerStorefront(router, sim);
  return router;
}

/** A call the app meant for another shop: there is none here. */
function refuseOtherShop(sim: Sim, request: SimRequest): SimResponse | null {
  const host = request.headers["x-simulated-host"];
  return host === undefined || host === sim.options.shopDomain ? null : json({ errors: "Not Found" }, 404);
}

/** Product pictures in pixels; the theme's other files are the storefront's. */
function answerPicture(request: SimRequest): SimResponse | null {
  const handle = /^\/cdn\/shop\/files\/([a-z0-9-]+)\.png$/.exec(request.path)?.[1];
  const png = handle === undefined ? null : productImagePng(handle);
  if (!png) return null;
  const headers = {
    "content-type": "image/png",
    "cache-control": "public, max-age=86400",
    "access-control-allow-origin": "*",
  };
  return { status: 200, headers, body: png };
}

/** Listens on `host:port` (0: any free port) and sets `sim.origin`. */
export function listen(sim: Sim, port: number, host: string): Promise<Server> {
  const server = createHttpServer(createSimRouter(sim));
  // Shop time may reach the 48 hours by itself.
  const timer = setInterval(() => redactShopWhenDue(sim), 1000).unref();
  server.on("close", () => clearInterval(timer));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      const actualPort = typeof address === "object" && address ? address.port : port;
      sim.origin = `http://${host}:${actualPort}`;
      resolve(server);
    });
  });
}
