import { pickTexts } from "../ui/pick-texts.ts";
import { escape, openSheet, untilUncovered } from "../ui/sheet.ts";

// Our own question, before the browser's. Loaded when a rule of the merchant's is met.

const { Beckon } = window;

Beckon.prompt = { show };

const BELL = `<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M6 9a6 6 0 1 1 12 0c0 5 2 6.5 2 7.5H4C4 15.5 6 14 6 9Z"/><path d="M10 20a2.2 2.2 0 0 0 4 0"/></svg>`;

const CSS = `.main{flex-grow:2}`;

async function show(variant: string): Promise<void> {
  const { page } = Beckon;
  const { config, locale, accent, icon } = page;
  const texts = pickTexts(config.prompt.texts, locale, config.defaultLocale);
  if (!texts) return;
  await untilUncovered();

  const mark = icon
    ? `<img class="mark" src="${escape(icon)}" alt="" width="44" height="44">`
    : `<span class="mark" aria-hidden="true">${BELL}</span>`;
  const sheet = openSheet({
    name: "prompt",
    position: config.prompt.position,
    locale,
    accent,
    css: CSS,
    html: `<div class="head">${mark}<div><h2 id="title">${escape(texts.title)}</h2><p id="text">${escape(texts.body)}</p></div></div>
<div class="row"><button type="button" class="main" data-beckon="accept">${escape(texts.accept)}</button>
<button type="button" class="quiet" data-beckon="dismiss">${escape(texts.dismiss)}</button></div>`,
    onEscape: dismiss,
  });
  sheet.root.querySelector("[data-beckon=accept]")!.addEventListener("click", accept);
  sheet.root.querySelector("[data-beckon=dismiss]")!.addEventListener("click", dismiss);

  function dismiss() {
    sheet.close();
    Beckon.track("prompt_dismissed", { variant });
  }

  function accept() {
    // First of all, and in the tap itself: after anything that waits, the browser no longer believes in the tap.
    const asked = Notification.requestPermission();
    sheet.close();
    Beckon.track("prompt_accepted", { variant });
    const consent = { marketing: true, text: `${texts!.title} ${texts!.body}`, at: new Date().toISOString() };
    void asked
      .then((answer) => {
        if (answer === "granted") return Beckon.subscribe!.subscribe(consent, { promptVariant: variant });
        if (answer === "denied") Beckon.track("permission_denied", { variant });
        return undefined;
      })
      // The permission stays: the next page subscribes quietly.
      .catch(() => undefined);
  }
}
