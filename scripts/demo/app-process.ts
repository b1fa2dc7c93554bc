import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { startProgram, stopProgram } from "./child-process.ts";

const DEATHS_ALLOWED = 3;
const DEATHS_WINDOW_MS = 60_000;

/**
 * The app's process, kept alive: when it dies it is started again on the same port. Three deaths in 60 s end it for good.
 */
export class AppProcess {
  #child: ChildProcess | null = null;
  #deaths: number[] = [];
  #stopping = false;
  readonly #url: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #onRestarted: () => void;
  readonly #onGivenUp: () => void;

  constructor(url: string, env: NodeJS.ProcessEnv, onRestarted: () => void, onGivenUp: () => void) {
    this.#url = url;
    this.#env = env;
    this.#onRestarted = onRestarted;
    this.#onGivenUp = onGivenUp;
  }

  get pid(): number {
    if (!this.#child?.pid) throw new Error("the app is not running");
    return this.#child.pid;
  }

  async start(): Promise<void> {
    const child = startProgram(["server.js"], this.#env);
    this.#child = child;
    child.once("exit", () => void this.#died());
    await untilReady(this.#url, child);
  }

  /** For a reload: ends the process and starts it anew, without counting a death. */
  async restart(): Promise<void> {
    const old = this.#child;
    this.#child = null;
    old?.removeAllListeners("exit");
    if (old) await stopProgram(old);
    await this.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child) await stopProgram(this.#child);
  }

  async #died(): Promise<void> {
    if (this.#stopping) return;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => at > now - DEATHS_WINDOW_MS), now];
    if (this.#deaths.length >= DEATHS_ALLOWED) {
      this.#stopping = true;
      this.#onGivenUp();
      return;
    }
    try {
      await this.start();
      this.#onRestarted();
    } catch (error) {
      // A start that failed because the process died again is counted by its own exit.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

async function untilReady(url: string, child: ChildProcess, patienceMs = 60_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the app ended with ${child.exitCode ?? child.signalCode} before it was ready`);
    }
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(50);
  }
  throw new Error(`the app was not ready within ${patienceMs / 1000} s`);
}
