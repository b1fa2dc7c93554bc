import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { PushBroker, PushMessage, PushSubscriptionRecord } from "./broker.ts";

// The browser's side of Mozilla's push service: JSON over a WebSocket, as Firefox's own push client speaks it
// (`dom.push.serverURL`). Firefox offers the subprotocol "push-notification".

export type FirefoxSide = {
  /** Value for the preference `dom.push.serverURL`. */
  url: string;
  /** Cuts every browser off and refuses new connections until `goOnline`. */
  goOffline(): void;
  goOnline(): void;
  close(): Promise<void>;
};

/** What Firefox sends; only the fields that are read. */
type Incoming = {
  messageType?: string;
  uaid?: string;
  channelID?: string;
  key?: string;
  updates?: { version: string; code?: number }[];
  version?: string;
  code?: number;
};

export async function startFirefoxSide(
  broker: PushBroker,
  endpointOf: (subscription: PushSubscriptionRecord) => string,
  { host, port }: { host: string; port: number },
): Promise<FirefoxSide> {
  let isOffline = false;
  const server = new WebSocketServer({ host, port, verifyClient: (_info, done) => done(!isOffline, 503) });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  server.on("connection", (socket) => serve(socket, broker, endpointOf));

  return {
    url: `ws://${host}:${(server.address() as AddressInfo).port}/`,
    goOffline() {
      isOffline = true;
      for (const socket of server.clients) socket.terminate();
    },
    goOnline() {
      isOffline = false;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of server.clients) socket.terminate();
      await closed;
    },
  };
}

function serve(
  socket: WebSocket,
  broker: PushBroker,
  endpointOf: (subscription: PushSubscriptionRecord) => string,
): void {
  let clientId: string | null = null;
  const say = (message: object) => socket.send(JSON.stringify(message));

  const deliver = (message: PushMessage) =>
    say({
      messageType: "notification",
      channelID: message.subscription.channelId,
      version: message.id,
      ...(message.body.length > 0 && {
        data: message.body.toString("base64url"),
        headers: { encoding: "aes128gcm" },
      }),
    });

  socket.on("error", () => {}); // the browser was closed: "close" follows
  socket.on("close", () => {
    if (clientId) broker.detach(clientId, deliver);
  });
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString()) as Incoming;
    if (message.messageType === undefined) return say({}); // a ping
    if (message.messageType === "hello") {
      // Firefox names its id once it holds a subscription. Answering with another one would make it drop them all.
      clientId = message.uaid || randomBytes(16).toString("hex");
      say({ messageType: "hello", status: 200, uaid: clientId, use_webpush: true, broadcasts: {} });
      return broker.attach(clientId, deliver);
    }
    if (clientId) obey(message, clientId);
  });

  function obey(message: Incoming, client: string): void {
    const { messageType, channelID = "" } = message;
    switch (messageType) {
      case "register": {
        const subscription = broker.subscribe({
          kind: "firefox",
          clientId: client,
          channelId: channelID,
          applicationServerKey: message.key?.replace(/=+$/, "") ?? null, // comes padded
        });
        return say({ messageType, status: 200, channelID, pushEndpoint: endpointOf(subscription) });
      }
      case "unregister":
        broker.endChannel(client, channelID);
        return say({ messageType, status: 200, channelID });
      case "ack":
        for (const { version, code = 100 } of message.updates ?? []) broker.acknowledge(version, code);
        return;
      case "nack":
        broker.events.emit("failed", { messageId: message.version ?? "", code: message.code ?? 0 });
        return;
      default: // broadcast_subscribe and whatever comes later
    }
  }
}
