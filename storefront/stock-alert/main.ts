import { askPermission, prepareOnApproach } from "../ui/opt-in.ts";
import { readLook } from "../ui/look.ts";
import { currentVariant } from "./current-variant.ts";

// "Tell me when it is back" and "tell me when it is cheaper", on product pages. Loaded where the block stands.

const { Beckon } = window;

Beckon["stock-alert"] = {
  start() {
    for (const block of document.querySelectorAll<HTMLElement>("[data-beckon-block=stock-alert]")) bind(block);
  },
};

type Kind = "back_in_stock" | "price_drop";

function bind(block: HTMLElement): void {
  const available: Record<string, boolean> = JSON.parse(block.dataset.variants!);
  const stock = block.querySelector<HTMLButtonElement>("[data-beckon=stock-alert]")!;
  const price = block.querySelector<HTMLButtonElement>("[data-beckon=price-alert]");
  const status = block.querySelector<HTMLElement>("[role=status]")!;
  let variantId = block.dataset.variant!;
  block.style.setProperty("--beckon-radius", readLook(null).radius);

  const render = () => {
    const isSoldOut = available[variantId] === false;
    stock.hidden = !isSoldOut;
    // Cheaper is of interest where it can be bought.
    if (price) price.hidden = isSoldOut;
    block.hidden = stock.hidden && (!price || price.hidden);
    for (const [button, kind] of [
      [stock, "back_in_stock"],
      [price, "price_drop"],
    ] as const) {
      if (button) press(button, isAsked(kind, variantId));
    }
  };
  const say = (text: string | undefined) => (status.textContent = text ?? "");

  const follow = () => {
    const found = currentVariant(block, available);
    if (!found || found === variantId) return;
    variantId = found;
    say("");
    render();
  };
  // Themes write the chosen variant into their form, or into the address, some a moment after the event.
  for (const type of ["change", "click", "popstate"]) {
    addEventListener(type, () => [0, 150, 600].forEach((delayMs) => setTimeout(follow, delayMs)), true);
  }

  const request = (button: HTMLButtonElement, kind: Kind) => () => {
    const asked = askPermission();
    const wanted = variantId;
    if (button.getAttribute("aria-pressed") === "true") return say(block.dataset.done);
    button.disabled = true;
    void asked
      .then(async (answer) => {
        if (answer !== "granted") return say(block.dataset[answer]);
        await alert(kind, wanted, block.dataset.consent!);
        say(block.dataset.done);
        return undefined;
      })
      .catch(() => say(block.dataset.failed))
      .finally(() => {
        button.disabled = false;
        render();
      });
    return undefined;
  };
  for (const [button, kind] of [
    [stock, "back_in_stock"],
    [price, "price_drop"],
  ] as const) {
    if (!button) continue;
    prepareOnApproach(button);
    button.addEventListener("click", request(button, kind));
  }
  follow();
  render();
}

/** The tap is a consent by itself to what was asked for; marketing besides needs the shop's consent to be given. */
async function alert(kind: Kind, variantId: string, text: string): Promise<void> {
  const subscribe = await Beckon.load("subscribe");
  const marketing = Beckon.allowed() === true || Beckon.read().marketing === true;
  const { visitorId } = await subscribe.subscribe(
    { marketing, text, at: new Date().toISOString() },
    { promptVariant: kind },
  );
  const answer = await subscribe.post("/stock-alerts", { v: 1, visitorId, variantId, kind });
  if (!answer.ok) throw new Error(`The shop answered ${answer.status}.`);
  const alerts = (Beckon.read().alerts ?? []).filter((key) => key !== `${kind}:${variantId}`);
  Beckon.save({ alerts: [...alerts, `${kind}:${variantId}`].slice(-50) });
}

function isAsked(kind: Kind, variantId: string): boolean {
  return Beckon.permission() === "granted" && (Beckon.read().alerts ?? []).includes(`${kind}:${variantId}`);
}

function press(button: HTMLElement, isPressed: boolean): void {
  button.setAttribute("aria-pressed", String(isPressed));
}
