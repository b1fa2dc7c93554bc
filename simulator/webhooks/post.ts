import { Agent, request } from "node:http";

const CONNECT_TIMEOUT_MS = 1000;
const TOTAL_TIMEOUT_MS = 5000;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Posts one webhook within Shopify's limits: 1 s to connect, 5 s in all. Never throws. */
export function postWebhook(
  address: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number } | { error: string }> {
  return new Promise((resolve) => {
    const outgoing = request(address, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
    });
    const total = setTimeout(() => outgoing.destroy(new Error("no answer within 5 s")), TOTAL_TIMEOUT_MS);

    outgoing.on("socket", (socket) => {
      if (!socket.connecting) return;
      const connecting = setTimeout(() => outgoing.destroy(new Error("no connection within 1 s")), CONNECT_TIMEOUT_MS);
      socket.once("connect", () => clearTimeout(connecting));
      socket.once("close", () => clearTimeout(connecting));
    });
    outgoing.on("response", (response) => {
      response.resume();
      response.on("error", (error) => finish({ error: error.message }));
      response.on("end", () => finish({ status: response.statusCode ?? 0 }));
    });
    outgoing.on("error", (error) => finish({ error: error.message }));
    outgoing.end(body);

    function finish(result: { status: number } | { error: string }): void {
      clearTimeout(total);
      resolve(result);
    }
  });
}
