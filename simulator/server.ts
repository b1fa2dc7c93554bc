import type { Server } from "node:http";
import { registerAdmin } from "./admin/index.ts";
import { createHttpServer, createRouter } from "./http.ts";
import type { Router } from "./http.ts";
import type { Sim } from "./sim.ts";
import { registerStorefront } from "./storefront/index.ts";

/** Everything the simulator answers to. */
export function createSimRouter(sim: Sim): Router {
  const router = createRouter();
  registerAdmin(router, sim);
  registerStorefront(router, sim);
  return router;
}

/** Listens on `host:port` (0: any free port) and sets `sim.origin`. */
export function listen(sim: Sim, port: number, host: string): Promise<Server> {
  const server = createHttpServer(createSimRouter(sim));
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
