/** A wrong behaviour asked for by `POST /_sim/faults`, for the calls the app makes to us. */
export type Fault = {
  /** Start of the path it is for; "" is every path. "/admin" names all Shopify calls. */
  path: string;
  status: number | null;
  /** How many calls it still is for. */
  times: number;
  /** Machine milliseconds before an answer (with a status of null: the true one, late). */
  hangMs: number;
  /** GraphQL answers THROTTLED. */
  isThrottled: boolean;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** The fault for one call to `path`, used up by it; null when there is none. */
  take(path: string): Fault | null;
};

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add(fault) {
      faults.push(fault);
    },
    clear() {
      faults = [];
    },
    list: () => faults.map((fault) => ({ ...fault })),
    take(path) {
      const fault = faults.find((candidate) => path.startsWith(candidate.path));
      if (!fault) return null;
      fault.times -= 1;
      faults = faults.filter((candidate) => candidate.times > 0);
      return fault;
    },
  };
}
