import { readFileSync } from "node:fs";
import { Queue, Worker } from "bullmq";
import { answer, childArguments } from "../support/child.ts";
import { createWork, keyOf, payloadOf } from "../schedule/work.js";

// BullMQ on the Redis that the benchmark started: jobs that wait are delayed ones, those that end well are removed, and a
// worker does many at once, as its guide advises for quick jobs.

const DAY_MS = 86_400_000;
const AT_ONCE = 200;
const SOME = 5_000;
const { port, pid } = childArguments();
const connection = { host: "127.0.0.1", port };
const queue = new Queue("work", { connection, defaultJobOptions: { removeOnComplete: true } });

answer(async (question) => {
  if (question.type === "fill") return fill(question.waiting);
  if (question.type === "drain") return drain(question.due);
  await queue.close();
  return null;
});

async function addAll(count, optionsFor) {
  for (let from = 0; from < count; from += SOME) {
    const jobs = Array.from({ length: Math.min(SOME, count - from) }, (_, i) => ({
      name: "work",
      data: payloadOf(from + i),
      opts: optionsFor(from + i),
    }));
    await queue.addBulk(jobs);
  }
}

async function fill(count) {
  // Its own keys may not hold a colon.
  await addAll(count, (n) => ({
    jobId: keyOf(n).replace(":", "-"),
    delay: Math.round(DAY_MS + Math.random() * 30 * DAY_MS),
  }));
  return null;
}

async function drain(due) {
  await addAll(due, (n) => ({ jobId: `due-${n}` }));
  const work = createWork(due);
  const serverBefore = serverCpuMs();
  const worker = new Worker("work", (job) => work.run(job.data), { connection, concurrency: AT_ONCE });
  const failures = [];
  worker.on("failed", (_job, error) => failures.push(error));
  worker.on("error", (error) => failures.push(error));
  const measured = await work.finished;
  await worker.close();
  work.check();
  const { waiting, active, completed, failed } = await queue.getJobCounts("waiting", "active", "completed", "failed");
  if (failures.length > 0 || waiting + active + completed + failed > 0) {
    throw new Error(`${waiting + active} jobs were left, ${failures.length} failed: ${failures[0]?.message ?? ""}`);
  }
  return { ...measured, serverCpuMs: serverCpuMs() - serverBefore };
}

/** User and system time of the server. Linux only; NaN elsewhere. */
function serverCpuMs() {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1).trim().split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}
