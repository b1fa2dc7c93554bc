// Loaded before the server with --import, in its threads too. The file named by SKEWED_CLOCK says how many milliseconds this
// machine's clock is wrong by, and can ask once for the event loop to be blocked. Node itself keeps the true time, as it
// does when an operator sets a clock.
import { readFileSync } from "node:fs";

const TrueDate = Date;
let offsetMs = 0;
let blockedBy = "";

class SkewedDate extends TrueDate {
  constructor(...given) {
    if (given.length === 0) super(SkewedDate.now());
    else super(...given);
  }
  static now() {
    return TrueDate.now() + offsetMs;
  }
}
globalThis.Date = SkewedDate;

setInterval(() => {
  const { offset, block } = read();
  offsetMs = offset ?? 0;
  if (!block || block.id === blockedBy) return;
  blockedBy = block.id;
  for (const end = performance.now() + block.ms; performance.now() < end;) {
    // as a regular expression gone wrong would
  }
}, 50).unref();

function read() {
  try {
    return JSON.parse(readFileSync(process.env.SKEWED_CLOCK, "utf8"));
  } catch {
    return { offset: offsetMs };
  }
}
