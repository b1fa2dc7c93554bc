/**
 * Push services that asked a shop to wait (429 and the like): nothing more of that shop goes there before. Push services
 * count by VAPID key, and those belong to shops, so other shops go on. Kept in memory: after a restart one push finds out.
 */
export type ServicePauses = {
  pause(shop: string, pushService: string, untilMachine: Date): void;
  /** Machine time until which to wait, or null. */
  pausedUntil(shop: string, pushService: string, machineNow: Date): Date | null;
};

const FORGET_ABOVE = 1_000;

export function createServicePauses(): ServicePauses {
  const pauses = new Map<string, Date>();

  return {
    pause(shop, pushService, untilMachine) {
      const key = `${shop} ${pushService}`;
      const known = pauses.get(key);
      if (known && known >= untilMachine) return;
      if (pauses.size >= FORGET_ABOVE) pauses.delete(pauses.keys().next().value as string);
      pauses.set(key, untilMachine);
    },

    pausedUntil(shop, pushService, machineNow) {
      const key = `${shop} ${pushService}`;
      const until = pauses.get(key);
      if (!until) return null;
      if (until > machineNow) return until;
      pauses.delete(key);
      return null;
    },
  };
}
