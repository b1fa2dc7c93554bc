// Loaded where somebody is to be met on the way out: notices the turn towards the door. A subscriber with something in the
// cart is told of to the app (kind `exit_offer`); whoever else is asked, if the merchant wants that.

const { Beckon } = window;

/** Turning to the tabs again and again within so long is one turn. */
const ONE_TURN_MS = 600_000;
/** How often a scroll is looked at. */
const LOOK_MS = 200;

Beckon.exit = {
  watch(isPhone, onTurn) {
    let told = -Infinity;
    const turn = () => {
      onTurn();
      const [pieces] = (Beckon.read().cartSize || "0").split(":");
      if (pieces === "0" || performance.now() - told < ONE_TURN_MS) return;
      told = performance.now();
      if (Beckon.permission() === "granted" && Beckon.read().endpoint) {
        Beckon.track("custom", { name: "exit_intent" }, true);
      }
    };
    if (isPhone) watchScroll(turn);
    else {
      document.documentElement.addEventListener("mouseleave", (event) => {
        if (event.clientY <= 0) turn();
      });
    }
  },
};

/** A phone has no pointer that leaves the window: a quick flick back to the top, where the tabs are, says the same. */
function watchScroll(onFlick: () => void): void {
  let top = scrollY;
  let isWaiting: boolean;
  const look = () => {
    isWaiting = false;
    if (top - scrollY > innerHeight) onFlick();
    top = scrollY;
  };
  addEventListener(
    "scroll",
    () => {
      if (!isWaiting) setTimeout(look, LOOK_MS);
      isWaiting = true;
    },
    { passive: true },
  );
}

// A module, as the other scripts are.
export {};
