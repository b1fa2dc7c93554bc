import { connect } from "node:net";
import type { Socket } from "node:net";
import { answer, childArguments } from "../support/child.ts";
import { percentile } from "../support/statistics.ts";
import { checkoutBody, webhookRequest } from "./webhooks.ts";

// Sends signed checkouts over kept-alive connections, in a process of its own. Requests are made before the clock starts,
// and answers are looked at as little as possible, so that this is not what is measured.

export type LoadQuestion =
  | { type: "closed"; port: number; path: string; count: number; connections: number }
  | { type: "paced"; port: number; path: string; perSecond: number; seconds: number };
export type LoadAnswer = {
  wallMs: number;
  cpuMs: number;
  answered: number;
  failed: number;
  repeats: number;
  p50Ms: number;
  p99Ms: number;
};

const { checkouts } = childArguments<{ checkouts: number }>();
let serial = 0;

/** One in ten is the webhook before it once more, as Shopify's retries are. */
function makeRequests(count: number, path: string): { requests: Buffer[]; repeats: number } {
  let repeats = 0;
  let last: Buffer | null = null;
  const requests = Array.from({ length: count }, (_, index) => {
    if (last && index % 10 === 9) {
      repeats++;
      return last;
    }
    serial++;
    last = webhookRequest(path, `bench-${process.pid}-${serial}`, checkoutBody(serial % checkouts, serial));
    return last;
  });
  return { requests, repeats };
}

type Connection = { socket: Socket; isFree: boolean; send(request: Buffer): Promise<number> };

/** @returns a connection that takes one request after the other; `send` gives the answer's status */
function open(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let settle: (status: number) => void = () => {};
    let received = "";
    const connection: Connection = {
      socket,
      isFree: true,
      send(request) {
        received = "";
        return new Promise((done) => {
          settle = done;
          socket.write(request);
        });
      },
    };
    socket.once("connect", () => resolve(connection));
    socket.once("error", reject);
    socket.on("close", () => settle(0));
    socket.on("data", (part: Buffer) => {
      received += part.toString("latin1");
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      const isWhole =
        length === undefined ? received.endsWith("0\r\n\r\n") : received.length >= headEnd + 4 + Number(length);
      if (isWhole) settle(Number(received.slice(9, 12)));
    });
  });
}

async function measureLoad(work: (note: (status: number, tookMs: number) => void) => Promise<void>, repeats: number) {
  const took: number[] = [];
  let failed = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work((status, tookMs) => {
    if (status !== 200) failed++;
    took.push(tookMs);
  });
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const result: LoadAnswer = {
    wallMs,
    cpuMs: (user + system) / 1_000,
    answered: took.length,
    failed,
    repeats,
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
  return result;
}

answer(async (question: LoadQuestion) => (question.type === "closed" ? closedLoop(question) : paced(question)));

async function closedLoop({ port, path, count, connections }: Extract<LoadQuestion, { type: "closed" }>) {
  const { requests, repeats } = makeRequests(count, path);
  const open32 = await Promise.all(Array.from({ length: connections }, () => open(port)));
  let next = 0;
  const result = await measureLoad(async (note) => {
    await Promise.all(
      open32.map(async ({ send }) => {
        while (next < requests.length) {
          const request = requests[next++] as Buffer;
          const sentAt = performance.now();
          note(await send(request), performance.now() - sentAt);
        }
      }),
    );
  }, repeats);
  for (const { socket } of open32) socket.destroy();
  return result;
}

/** Each request leaves at its time whether or not others were answered; lateness of this process counts against the server. */
async function paced({ port, path, perSecond, seconds }: Extract<LoadQuestion, { type: "paced" }>) {
  const { requests, repeats } = makeRequests(perSecond * seconds, path);
  const connections = await Promise.all(Array.from({ length: 64 }, () => open(port)));
  const result = await measureLoad(async (note) => {
    const startedAt = performance.now();
    const underWay: Promise<void>[] = [];
    for (let index = 0; index < requests.length;) {
      const dueAt = startedAt + (index * 1_000) / perSecond;
      const connection = connections.find(({ isFree }) => isFree);
      if (performance.now() < dueAt || !connection) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      connection.isFree = false;
      const request = requests[index++] as Buffer;
      underWay.push(
        connection.send(request).then((status) => {
          connection.isFree = true;
          note(status, performance.now() - dueAt);
        }),
      );
    }
    await Promise.all(underWay);
  }, repeats);
  for (const { socket } of connections) socket.destroy();
  return result;
}
