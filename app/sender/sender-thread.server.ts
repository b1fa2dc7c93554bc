import { parentPort, workerData } from "node:worker_threads";
import { createSender } from "./create-sender.server.ts";
import type { SentPush } from "./create-sender.server.ts";
import type { FromThread, ThreadOptions, ToThread } from "./threaded-sender.server.ts";

// The thread's side of threaded-sender.server.ts: a plain sender, asked by messages. Answers of one turn go together.

const controllers = new Map<number, AbortController>();
let answers: FromThread = { ids: [], outcomes: [], sent: [] };
let sent: SentPush[] = [];

const send = createSender({
  ...(workerData as ThreadOptions),
  machineNow: () => new Date(),
  onOutcome: (outcome) => sent.push(outcome),
});

parentPort?.on("message", (message: ToThread) => {
  if (message.type === "abort") {
    controllers.get(message.id)?.abort(new Error("the push was taken back"));
    return;
  }
  message.ids.forEach((id, index) => {
    const request = message.requests[index];
    if (!request) return;
    const controller = new AbortController();
    controllers.set(id, controller);
    send(request, controller.signal).then(
      (outcome) => settle(id, outcome),
      (error: unknown) =>
        settle(id, { type: "thrown", message: error instanceof Error ? error.message : String(error) }),
    );
  });
});

function settle(id: number, outcome: FromThread["outcomes"][number]): void {
  controllers.delete(id);
  if (answers.ids.length === 0) setImmediate(flush);
  answers.ids.push(id);
  answers.outcomes.push(outcome);
}

function flush(): void {
  const message: FromThread = { ...answers, sent };
  answers = { ids: [], outcomes: [], sent: [] };
  sent = [];
  parentPort?.postMessage(message);
}
