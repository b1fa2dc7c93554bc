import { readLook } from "../ui/look.ts";
import { askPermission, prepareOnApproach } from "../ui/opt-in.ts";

// "Manage notifications": says what is true in this browser and leads to the preferences page.

const { Beckon } = window;

type State = "on" | "off" | "denied" | "unsupported";

Beckon.bell = {
  start() {
    for (const block of document.querySelectorAll<HTMLElement>("[data-beckon-block=bell]")) bind(block);
  },
};

function bind(block: HTMLElement): void {
  const button = block.querySelector<HTMLButtonElement>("[data-beckon=bell]")!;
  const label = button.querySelector<HTMLElement>("[data-label]") ?? button;
  const status = block.querySelector<HTMLElement>("[role=status]")!;
  let state: State = "off";
  block.style.setProperty("--beckon-radius", readLook(null).radius);

  const render = async () => {
    state = await readState();
    block.dataset.state = state;
    label.textContent = (state === "on" ? block.dataset.labelOn : block.dataset.labelOff) ?? "";
    status.textContent = block.dataset[state] ?? "";
  };
  // The last: the browser's own settings may have changed meanwhile.
  for (const type of ["beckon:subscribed", "beckon:unsubscribed", "visibilitychange"]) {
    document.addEventListener(type, () => void render());
  }
  void render();

  prepareOnApproach(button);
  button.addEventListener("click", () => {
    // Already allowed, this answers at once and asks nobody.
    const asked = askPermission();
    button.disabled = true;
    void asked
      .then(async (answer) => {
        if (answer === "granted") await (state === "on" ? openPreferences() : turnOn(block.dataset.consent!));
        await render();
        if (answer === "denied" || answer === "unsupported") status.textContent = block.dataset[answer] ?? "";
      })
      .catch(() => (status.textContent = block.dataset.failed ?? ""))
      .finally(() => (button.disabled = false));
  });
}

async function readState(): Promise<State> {
  const permission = Beckon.permission();
  if (!permission) return Beckon.needsInstall() ? "off" : "unsupported";
  if (permission !== "granted") return permission === "denied" ? "denied" : "off";
  const registration = await navigator.serviceWorker.getRegistration(`${Beckon.page.config.proxyPath}/`);
  return (await registration?.pushManager.getSubscription()) && !Beckon.read().off ? "on" : "off";
}

async function turnOn(text: string): Promise<void> {
  const subscribe = await Beckon.load("subscribe");
  await subscribe.subscribe({ marketing: true, text, at: new Date().toISOString() }, { promptVariant: "bell" });
}

/** The page opens only with a token, and only the browser that holds the subscription is given one for it. */
async function openPreferences(): Promise<void> {
  const subscribe = await Beckon.load("subscribe");
  const marketing = Beckon.read().marketing === true;
  const { preferencesUrl } = await subscribe.subscribe({ marketing, at: new Date().toISOString() }, { quiet: true });
  if (!preferencesUrl) throw new Error("The app gave no preferences page.");
  // What is chosen there is asked for by the next page of the shop.
  sessionStorage.removeItem("beckon");
  location.assign(preferencesUrl);
}
