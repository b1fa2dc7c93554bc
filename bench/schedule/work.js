import { hash } from "node:crypto";

// What a job does, the same in every engine: a little real work, and a mark, so that one that was lost or done twice shows.

/** @param {number} count jobs numbered from 0 */
export function createWork(count) {
  const seen = new Uint8Array(count);
  let startedAt = 0;
  let cpuAtStart = process.cpuUsage();
  let done = 0;
  let isTwice = false;
  /** @type {(figures: { wallMs: number; cpuMs: number }) => void} */
  let finish = () => {};
  /** Resolves with the last job, measured from the first one's start. */
  const finished = new Promise((resolve) => {
    finish = resolve;
  });

  return {
    finished,
    /** @param {{ n: number, text: string }} payload */
    async run(payload) {
      if (done === 0) {
        startedAt = performance.now();
        cpuAtStart = process.cpuUsage();
      }
      hash("sha256", payload.text);
      if (seen[payload.n] !== 0) isTwice = true;
      seen[payload.n] = 1;
      done++;
      if (done === count) {
        const { user, system } = process.cpuUsage(cpuAtStart);
        finish({ wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1_000 });
      }
    },
    check() {
      if (isTwice || done !== count)
        throw new Error(`${done} of ${count} jobs were done${isTwice ? ", some twice" : ""}`);
    },
  };
}

/** About 100 bytes, as a run's or a delivery's. */
export function payloadOf(n) {
  return { n, text: `gid://shop/run/${n}/${"0123456789abcdef".repeat(4)}` };
}

/** Keys in no order, as visitors' and runs' are. */
export function keyOf(n) {
  return `run:${((n * 2_654_435_761) % 4_294_967_296).toString(36)}-${n}`;
}
