/** Shop time: runs `speed` times as fast as the machine's and can be moved. */
export type SimClock = {
  now(): Date;
  machineNow(): Date;
  readonly speed: number;
  /** Counts every move and change of speed. */
  readonly version: number;
  advance(milliseconds: number): void;
  setSpeed(speed: number): void;
  /** Called after every move and change of speed. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
  reading(): ClockReading;
};

/** Body of GET /_sim/clock: what shop time was at the machine's `real`. */
export type ClockReading = { real: string; shop: string; speed: number; version: number };

export function createSimClock(speed: number, machineMs: () => number = Date.now): SimClock {
  let currentSpeed = speed;
  let version = 1;
  // Shop time is `shopBase` at `machineBase` and goes on from there at `currentSpeed`.
  let machineBase = machineMs();
  let shopBase = machineBase;
  const listeners = new Set<() => void>();

  function shopMs(at: number): number {
    return shopBase + (at - machineBase) * currentSpeed;
  }
  function rebase(): void {
    const at = machineMs();
    shopBase = shopMs(at);
    machineBase = at;
  }
  function changed(): void {
    version += 1;
    for (const listener of listeners) listener();
  }

  return {
    now: () => new Date(shopMs(machineMs())),
    machineNow: () => new Date(machineMs()),
    get speed() {
      return currentSpeed;
    },
    get version() {
      return version;
    },
    advance(milliseconds) {
      rebase();
      shopBase += milliseconds;
      changed();
    },
    setSpeed(next) {
      rebase();
      currentSpeed = next;
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    reading() {
      const at = machineMs();
      return {
        real: new Date(at).toISOString(),
        shop: new Date(shopMs(at)).toISOString(),
        speed: currentSpeed,
        version,
      };
    },
  };
}

const DURATION = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration ("PT90M", "-P1D"); null when it is none. Years and months have no fixed length. */
export function durationMs(text: string): number | null {
  const match = DURATION.exec(text.trim());
  if (!match || /[PT]$/.test(text.trim())) return null;
  const [, sign, weeks, days, hours, minutes, seconds] = match;
  const total =
    (Number(weeks ?? 0) * 7 + Number(days ?? 0)) * 86_400_000 +
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * 1000;
  return sign === "-" ? -total : total;
}
