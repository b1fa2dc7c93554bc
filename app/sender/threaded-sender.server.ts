import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { threadFile } from "../thread-file.server.ts";
import type { Sender, SenderOptions, SentPush } from "./create-sender.server.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "./payload-limit.ts";
import type { DeliveryOutcome, PushRequest } from "./push-request.ts";

/** What a thread is started with: everything of `SenderOptions` that can be copied. */
export type ThreadOptions = Pick<SenderOptions, "vapidSubject" | "push" | "connectTimeoutMs" | "requestTimeoutMs">;

export type ToThread = { type: "send"; ids: number[]; requests: PushRequest[] } | { type: "abort"; id: number };

/** The fates of one turn's pushes. An error is told as text: it is a fault of ours. */
export type FromThread = {
  ids: number[];
  outcomes: (DeliveryOutcome | { type: "thrown"; message: string })[];
  /** For metrics. */
  sent: SentPush[];
};

/** One core is left to the event loop that serves pages; more threads than four wait for the database, not for cores. */
const MOST_THREADS = 4;

/** As many as this machine has use for; one at least, so that encrypting never holds up a page. */
export function sendingThreads(): number {
  return Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
}

type Waiting = { resolve(outcome: DeliveryOutcome): void; reject(error: unknown): void; forget(): void };

/**
 * A sender whose encryption and connections live on threads of their own, for bulk: several cores share the work, and
 * the event loop that serves pages hands over a batch a turn. Each thread has its own connections, and an equal part of
 * PUSH_CONCURRENCY. Otherwise it behaves as `createSender`'s; machine time is the system's.
 *
 * A thread that dies takes nothing with it: what it held is "later", and a new one is started at the next push.
 *
 * @param threads how many, at most PUSH_CONCURRENCY
 */
export function createThreadedSender({
  threads,
  ...options
}: ThreadOptions & Pick<SenderOptions, "onOutcome"> & { threads: number }): Sender {
  const count = Math.max(1, Math.min(threads, options.push.concurrency));
  const workers = Array.from({ length: count }, () =>
    createThread(
      {
        vapidSubject: options.vapidSubject,
        push: { ...options.push, concurrency: Math.floor(options.push.concurrency / count) },
        connectTimeoutMs: options.connectTimeoutMs,
        requestTimeoutMs: options.requestTimeoutMs,
      },
      options.onOutcome,
    ),
  );

  async function send(request: PushRequest, signal?: AbortSignal): Promise<DeliveryOutcome> {
    const bytes = Buffer.byteLength(request.payload, "utf8");
    if (bytes > MAX_PAYLOAD_BYTES) throw new PayloadTooLargeError(bytes);
    const leastBusy = workers.reduce((best, worker) => (worker.load() < best.load() ? worker : best));
    return leastBusy.send(request, signal);
  }

  return Object.assign(send, {
    close() {
      for (const worker of workers) worker.close();
    },
  });
}

function createThread(options: ThreadOptions, onOutcome: SenderOptions["onOutcome"]) {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let lastId = 0;
  let batch: { type: "send"; ids: number[]; requests: PushRequest[] } | null = null;

  function start(): Worker {
    const started = new Worker(threadFile(import.meta.url, "sender-thread"), { workerData: options });
    started.unref();
    started.on("message", settle);
    // Its end follows, and settles what it held.
    started.on("error", () => {});
    started.on("exit", () => {
      if (worker !== started) return;
      worker = null;
      const held = [...waiting.values()];
      waiting.clear();
      for (const { resolve, forget } of held) {
        forget();
        resolve({
          type: "later",
          status: null,
          retryAfterMs: null,
          cause: "the sending thread ended",
          mayHaveArrived: true,
        });
      }
    });
    return started;
  }

  function settle({ ids, outcomes, sent }: FromThread): void {
    for (const one of sent) onOutcome?.(one);
    ids.forEach((id, index) => {
      const one = waiting.get(id);
      const outcome = outcomes[index];
      if (!one || !outcome) return;
      waiting.delete(id);
      one.forget();
      if (outcome.type === "thrown") one.reject(new Error(outcome.message));
      else one.resolve(outcome);
    });
    if (waiting.size === 0) worker?.unref();
  }

  function flush(): void {
    if (!batch) return;
    const message: ToThread = batch;
    batch = null;
    worker ??= start();
    worker.ref();
    worker.postMessage(message);
  }

  return {
    load: () => waiting.size,

    send(request: PushRequest, signal?: AbortSignal): Promise<DeliveryOutcome> {
      signal?.throwIfAborted();
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const abort = () => worker?.postMessage({ type: "abort", id } satisfies ToThread);
        signal?.addEventListener("abort", abort, { once: true });
        waiting.set(id, { resolve, reject, forget: () => signal?.removeEventListener("abort", abort) });
        if (!batch) {
          batch = { type: "send", ids: [], requests: [] };
          setImmediate(flush);
        }
        batch.ids.push(id);
        batch.requests.push(request);
      });
    },

    close() {
      void worker?.terminate();
    },
  };
}
