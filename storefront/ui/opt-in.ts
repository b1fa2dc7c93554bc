/** How a tap on one of our blocks ended. */
export type OptIn = "granted" | "denied" | "dismissed" | "unsupported" | "install";

/**
 * Asks the browser for its permission: the very first thing in a tap, because after anything that waits the browser no
 * longer believes in the tap. On an iPhone's tab the install sheet opens instead.
 */
export function askPermission(): Promise<OptIn> {
  const { Beckon } = window;
  if (Beckon.permission()) {
    return Notification.requestPermission().then((answer) => (answer === "default" ? "dismissed" : answer));
  }
  if (!Beckon.needsInstall()) return Promise.resolve("unsupported");
  return Beckon.load("install").then((install) => {
    install.show();
    return "install";
  });
}

/** Registers the worker when a hand comes near the button, so that nobody who only looks causes a request. */
export function prepareOnApproach(element: HTMLElement): void {
  const prepare = () => {
    const { Beckon } = window;
    if (Beckon.permission())
      Beckon.load("subscribe").then(
        (chunk) => chunk.prepare(),
        () => undefined,
      );
  };
  for (const type of ["pointerenter", "pointerdown", "focusin"]) {
    element.addEventListener(type, prepare, { once: true, passive: true });
  }
}
