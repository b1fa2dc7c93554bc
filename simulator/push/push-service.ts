import { PushBroker, type BrokerEvents } from "./broker.ts";
import { persistentCertificate, selfSignedCertificate } from "./certificate.ts";
import type { Certificate } from "./certificate.ts";
import { CHROMIUM_ENDPOINT_HOSTS, startChromiumSide } from "./chromium-side.ts";
import { FaultPlan, type Fault } from "./faults.ts";
import { startFirefoxSide } from "./firefox-side.ts";
import { startHttpSide, type HttpSide, type PushRequestRecord } from "./http-side.ts";
import { createSimApi } from "./sim-api.ts";

// A push service on loopback that checks what the real ones check. Firefox and Chromium can be pointed at it, programs
// without a browser use client.ts.

export type PushServiceOptions = {
  /** 0, the default: any free port. */
  port?: number;
  host?: string;
  /** Of Firefox's WebSocket; 0, the default: any free port. */
  wsPort?: number;
  /** Where the certificate is written, and kept for the next start; null: one that ends with the service. */
  caFile?: string | null;
  /** Longest TTL granted; Mozilla's 60 days by default. */
  maxTtlSeconds?: number;
  /** Push requests remembered; 5,000 by default. */
  requestsKept?: number;
  /** Machine time. */
  now?(): number;
};

export type PushService = {
  /** `https://127.0.0.1:PORT` */
  origin: string;
  /** `127.0.0.1:PORT`, as PUSH_HOSTS wants it. */
  host: string;
  port: number;
  /** PEM that senders must trust. */
  ca: string;
  /** Firefox: value of the preference `dom.push.serverURL`. */
  firefoxUrl: string;
  /** Chromium: command-line arguments that lead it here. */
  chromiumArgs: string[];
  /** Hosts in Chromium's endpoints, which senders must connect to `host` for (PUSH_ROUTES). */
  chromiumHosts: readonly string[];
  /** Push requests as they came in, newest last. */
  requests: readonly PushRequestRecord[];
  /** Orders what goes wrong with the next pushes. */
  addFault(fault: Fault): void;
  clearFaults(): void;
  /** From now on pushes to this endpoint get 410. */
  endSubscription(endpoint: string): void;
  /** From now on pushes to this endpoint get 404. */
  forgetSubscription(endpoint: string): void;
  isGone(endpoint: string): boolean;
  /** Shows another certificate to senders from now on; null: its own again. Open connections end. */
  presentCertificate(certificate: Certificate | null): void;
  /** Subscriptions, connected browsers, messages that wait. */
  count(): { subscriptions: number; clients: number; waiting: number };
  /** Cuts the browsers off and refuses them, or lets them in again. */
  setOnline(isOnline: boolean): void;
  /** The next event of this name that passes; rejects after `timeoutMs`. */
  once<Name extends keyof BrokerEvents>(
    name: Name,
    passes?: (event: BrokerEvents[Name][0]) => boolean,
    timeoutMs?: number,
  ): Promise<BrokerEvents[Name][0]>;
  close(): Promise<void>;
};

const MOZILLA_MAX_TTL_SECONDS = 60 * 86_400;
const REQUESTS_KEPT = 5_000;

/** @throws when a port is taken, or the certificate cannot be written */
export async function startPushService(options: PushServiceOptions = {}): Promise<PushService> {
  const { port = 0, host = "127.0.0.1", wsPort = 0, caFile = null, now = Date.now } = options;
  const names = [host, "localhost", ...CHROMIUM_ENDPOINT_HOSTS];
  const madeAt = new Date(now());
  const certificate = caFile ? persistentCertificate(caFile, names, madeAt) : selfSignedCertificate(names, madeAt);
  const broker = new PushBroker(now);
  const faults = new FaultPlan();

  // Its parts are started below; nothing asks before they are.
  const simApi = createSimApi({
    broker,
    faults,
    requests: () => http.requests,
    endpointOf: (subscription) => http.endpointOf(subscription),
    setOnline: (isOnline) => setOnline(isOnline),
    browsers: () => ({
      firefoxUrl: firefox.url,
      chromiumArgs: chromium.args,
      chromiumHosts: CHROMIUM_ENDPOINT_HOSTS,
    }),
  });
  const http: HttpSide = await startHttpSide({
    host,
    port,
    certificate,
    aliases: CHROMIUM_ENDPOINT_HOSTS,
    broker,
    faults,
    maxTtlSeconds: options.maxTtlSeconds ?? MOZILLA_MAX_TTL_SECONDS,
    requestsKept: options.requestsKept ?? REQUESTS_KEPT,
    nowMs: now,
    simApi,
  });
  const firefox = await startFirefoxSide(broker, http.endpointOf, { host, port: wsPort });
  const chromium = await startChromiumSide(broker, certificate, { host });

  function setOnline(isOnline: boolean): void {
    for (const side of [firefox, chromium]) {
      if (isOnline) side.goOnline();
      else side.goOffline();
    }
  }
  function find(endpoint: string) {
    const subscription = broker.find(endpoint.split("/").at(-1) ?? "");
    if (!subscription) throw new Error("no such subscription at this push service");
    return subscription;
  }

  return {
    origin: http.origin,
    host: `${host}:${http.port}`,
    port: http.port,
    ca: certificate.cert,
    firefoxUrl: firefox.url,
    chromiumArgs: chromium.args,
    chromiumHosts: CHROMIUM_ENDPOINT_HOSTS,
    requests: http.requests,
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    endSubscription: (endpoint) => broker.end(find(endpoint)),
    forgetSubscription: (endpoint) => broker.remove(find(endpoint)),
    isGone: (endpoint) => find(endpoint).isGone,
    presentCertificate: (other) => http.presentCertificate(other ?? certificate),
    count: () => broker.count(),
    setOnline,
    once: (name, passes = () => true, timeoutMs = 15_000) => nextEvent(broker, name, passes, timeoutMs),
    async close() {
      broker.close();
      await Promise.all([http.close(), firefox.close(), chromium.close()]);
    },
  };
}

function nextEvent<Name extends keyof BrokerEvents>(
  broker: PushBroker,
  name: Name,
  passes: (event: BrokerEvents[Name][0]) => boolean,
  timeoutMs: number,
): Promise<BrokerEvents[Name][0]> {
  return new Promise((resolve, reject) => {
    const listener = (event: BrokerEvents[Name][0]) => {
      if (!passes(event)) return;
      stop();
      resolve(event);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`the push service saw no "${name}" within ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = () => {
      clearTimeout(timer);
      broker.events.off(name, listener as never);
    };
    broker.events.on(name, listener as never);
  });
}
