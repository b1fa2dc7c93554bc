import { fork } from "node:child_process";
import type { ForkOptions } from "node:child_process";

/** A program of the benchmark in its own process, asked by messages: one question at a time. */
export type Child = {
  ask<Answer>(question: unknown): Promise<Answer>;
  close(): Promise<void>;
};

const children = new Set<ReturnType<typeof fork>>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** @param file a module that calls `answer` */
export function startChild(file: string, args: unknown, options: ForkOptions = {}): Child {
  const child = fork(file, [JSON.stringify(args)], { stdio: ["ignore", 2, 2, "ipc"], ...options });
  children.add(child);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void exited.then(() => children.delete(child));

  return {
    ask<Answer>(question: unknown) {
      return new Promise<Answer>((resolve, reject) => {
        const onExit = (code: number | null) => reject(new Error(`${file} ended with code ${code}`));
        child.once("exit", onExit);
        child.once("message", (message: { answer: Answer } | { error: string }) => {
          child.off("exit", onExit);
          if ("error" in message) reject(new Error(message.error));
          else resolve(message.answer);
        });
        child.send({ question });
      });
    },
    async close() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** In the child: answers each question of the parent. */
export function answer<Question>(handler: (question: Question) => Promise<unknown>): void {
  process.on("message", ({ question }: { question: Question }) => {
    handler(question).then(
      (result) => process.send?.({ answer: result }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}

/** In the child: what it was started with. */
export function childArguments<Arguments>(): Arguments {
  return JSON.parse(process.argv[2] ?? "null") as Arguments;
}

export type Measured = { wallMs: number; cpuMs: number };

/** CPU of the whole process, its threads included. */
export async function measure(work: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1_000 };
}

/** Runs `work` for each item, `limit` at a time. */
export async function pool<Item>(items: Item[], limit: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  async function run(): Promise<void> {
    while (next < items.length) {
      const item = items[next++] as Item;
      await work(item);
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
}
