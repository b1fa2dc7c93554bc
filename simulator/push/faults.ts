/** What goes wrong with a push, ordered in advance. Exactly one of status, hang, reset and goaway is meant. */
export type Fault = {
  /** Only for pushes to this endpoint; absent: any. */
  endpoint?: string;
  /** Answer this status. `retryAfter` is sent as it stands: seconds, or an HTTP date. */
  status?: number;
  retryAfter?: string;
  /** Never answer. */
  hang?: boolean;
  /** Break the request off: RST_STREAM, or a closed connection with HTTP/1.1. */
  reset?: boolean;
  /** Say goodbye before looking at the request (HTTP/2 GOAWAY); with HTTP/1.1 the connection is closed. */
  goaway?: boolean;
  /** Take the push, then break the connection off before the answer: the sender cannot know. */
  lostAnswer?: boolean;
  /** How many pushes it meets; 1 when absent. */
  times?: number;
};

/** Faults in the order they were ordered; each is used up. */
export class FaultPlan {
  #faults: (Fault & { left: number })[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault for a push to this path, or undefined. */
  take(path: string): Fault | undefined {
    const fault = this.#faults.find(({ endpoint }) => endpoint === undefined || new URL(endpoint).pathname === path);
    if (!fault) return undefined;
    fault.left--;
    if (fault.left <= 0) this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }
}

/** @throws TypeError saying which field is wrong */
export function parseFault(value: unknown): Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("a fault is an object");
  const fault: Fault = {};
  for (const [name, given] of Object.entries(value)) {
    switch (name) {
      case "endpoint":
        if (typeof given !== "string" || !URL.canParse(given)) throw new TypeError("endpoint is not an address");
        fault.endpoint = given;
        break;
      case "status":
        if (!Number.isInteger(given) || given < 200 || given > 599) throw new TypeError("status is not 200 to 599");
        fault.status = given;
        break;
      case "retryAfter":
        if (typeof given !== "string" && typeof given !== "number") throw new TypeError("retryAfter is not text");
        fault.retryAfter = String(given);
        break;
      case "times":
        if (!Number.isInteger(given) || given < 1) throw new TypeError("times is not a positive whole number");
        fault.times = given;
        break;
      case "hang":
      case "reset":
      case "goaway":
      case "lostAnswer":
        if (typeof given !== "boolean") throw new TypeError(`${name} is not true or false`);
        fault[name] = given;
        break;
      default:
        throw new TypeError(`a fault has no field "${name}"`);
    }
  }
  if (!fault.status && !fault.hang && !fault.reset && !fault.goaway && !fault.lostAnswer) {
    throw new TypeError("a fault needs one of status, hang, reset, goaway, lostAnswer");
  }
  return fault;
}
