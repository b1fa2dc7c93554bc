import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Who holds a lease: `host:pid:start`. With the start the next process that is given the same pid is told apart; it is
 * the kernel's (boot and tick) where that can be read, else the time this module was loaded.
 */
export function thisOwner(): string {
  return `${hostname()}:${process.pid}:${startOf(process.pid) ?? LOADED_AT}`;
}

const LOADED_AT = `t${Date.now()}`;

/** Whether the owner was a process of this machine that has ended. False when that cannot be known. */
export function isDeadOwner(owner: string, host: string = hostname()): boolean {
  const match = /^(.*):(\d+):([^:]+)$/.exec(owner);
  if (!match || match[1] !== host) return false;
  const pid = Number(match[2]);
  if (!isRunning(pid)) return true;
  const start = startOf(pid);
  return start !== null && !String(match[3]).startsWith("t") && start !== match[3];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Linux only; null elsewhere. */
function startOf(pid: number): string | null {
  try {
    // The command, in brackets, may hold anything: fields are counted from the last bracket. Field 22 is the start tick.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)?.trim().split(" ");
    const tick = fields?.[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return tick ? `${boot}-${tick}` : null;
  } catch {
    return null;
  }
}
