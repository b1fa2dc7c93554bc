import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Starts a Node program in our process group; its output goes to stderr, so that stdout stays ours. What it prints for us
 * alone (see `listening`) does not.
 */
export function startProgram(args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith('{"event":"listening"')) process.stderr.write(`${line}\n`);
    });
  }
  return child;
}

/** Waits for the JSON line with `event: "listening"` that a program prints when it serves. */
export async function listening(
  child: ChildProcess,
  name: string,
  patienceMs = 30_000,
): Promise<Record<string, unknown>> {
  if (!child.stdout) throw new Error(`${name} has no output to read`);
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${name} did not start within ${patienceMs / 1000} s`)),
      patienceMs,
    );
    child.once("exit", (code) => reject(new Error(`${name} ended with code ${code} before it listened`)));
    lines.on("line", (line) => {
      if (!line.startsWith("{")) return;
      const message: unknown = JSON.parse(line);
      if (typeof message === "object" && message !== null && "event" in message && message.event === "listening") {
        clearTimeout(timer);
        resolve(message as Record<string, unknown>);
      }
    });
  });
}

export async function stopProgram(child: ChildProcess, patienceMs = 12_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await exited;
  clearTimeout(timer);
}

export async function runToEnd(args: string[], env: NodeJS.ProcessEnv, name: string): Promise<string> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (part: Buffer) => (output += part.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${name} ended with code ${String(code)}`);
  return output;
}
