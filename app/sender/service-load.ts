/**
 * Keeps one push service that does not answer from taking every place there is for sending. A service that answers may have
 * as many places as it fills.
 */
export type ServiceLoad = {
  /** Whether the service holds its share of places and has not answered for a moment. */
  isStalled(pushService: string, machineNow: Date): boolean;
  /** Takes a place. @returns what gives it back */
  enter(pushService: string, machineNow: Date): (machineNow: Date) => void;
};

const SILENCE_MS = 250;

/** @param share places that a service may hold although it does not answer */
export function createServiceLoad(share: number): ServiceLoad {
  const services = new Map<string, { underWay: number; lastAnswerAtMs: number }>();

  return {
    isStalled(pushService, machineNow) {
      const service = services.get(pushService);
      if (!service || service.underWay < share) return false;
      return machineNow.getTime() - service.lastAnswerAtMs > SILENCE_MS;
    },

    enter(pushService, enteredAt) {
      // Who has just been asked is not silent yet.
      const service = services.get(pushService) ?? { underWay: 0, lastAnswerAtMs: enteredAt.getTime() };
      services.set(pushService, service);
      service.underWay++;
      return (machineNow) => {
        service.underWay--;
        service.lastAnswerAtMs = machineNow.getTime();
        if (service.underWay === 0) services.delete(pushService);
      };
    },
  };
}
