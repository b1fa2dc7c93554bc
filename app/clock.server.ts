/**
 * The two clocks of the app. Shop time is what merchants and shoppers live in (journey waits, quiet hours, caps, code
 * expiry, attribution, timestamps in reports); with a real shop it is the machine's time, with the simulated store it is
 * the store's and runs at `speed`. Machine time is for leases, back-off, timeouts, TTL deadlines and token lifetimes.
 */
export type Clock = {
  /** Shop time. */
  now(): Date;
  machineNow(): Date;
  /** Seconds of shop time per second of machine time; 1 with a real shop. */
  readonly speed: number;
  /** The shop time that will be reached `machineMs` milliseconds of machine time from now. */
  afterMachineMs(machineMs: number): Date;
  /** Machine milliseconds until shop time `at`; 0 when it is past. */
  machineMsUntil(at: Date): number;
  /** Calls back whenever the shop clock was moved or its speed changed. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void;
};
