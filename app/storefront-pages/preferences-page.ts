import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { pageResponse } from "./page.ts";
import type { PageLanguage } from "./texts.ts";

export type PreferencesView = {
  language: PageLanguage;
  shopName: string;
  timezone: string;
  /** Where the forms post to, token included: a path on the shop's domain. */
  action: string;
  /** Path of the app proxy, for the worker's registration. */
  proxyPath: string;
  state: "on" | "off" | "removed";
  pausedUntil: Date | null;
  consentMarketing: boolean;
  /** Kinds the shop sends, and whether this browser gets them. */
  kinds: { kind: string; isOn: boolean }[];
  notice: "saved" | "unsubscribed" | "removed" | null;
};

/** The shopper's own page: what comes, when, and what is stored. Works without a script; one tap ends everything. */
export function preferencesPage(view: PreferencesView): Response {
  const { texts } = view.language;
  return pageResponse({
    language: view.language,
    title: `${texts.title} – ${view.shopName}`,
    body: html`<p class="shop">${view.shopName}</p>
      <h1>${texts.title}</h1>
      ${view.notice ? html`<section class="notice" role="status">${texts[view.notice]}</section>` : null}
      ${
        view.state === "on"
          ? subscribed(view)
          : html`<section>
              <p>${texts.stateOff}</p>
              <p class="soft">${texts.stateOffHint}</p>
            </section>`
      }
      ${view.state === "removed" ? null : yourData(view)}
      <p><a class="button" href="/">${texts.toShop}</a></p>`,
    ...(view.state !== "on" && { script: forgetInBrowser(view.proxyPath, view.state) }),
  });
}

function subscribed(view: PreferencesView): Html {
  const { texts, kinds: names } = view.language;
  const { action, pausedUntil } = view;
  return html`<section>
      <p>${pausedUntil ? texts.statePaused.replace("{date}", dateOf(pausedUntil, view)) : texts.stateOn}</p>
      <form method="post" action="${action}">
        <button class="danger wide" name="do" value="unsubscribe">${texts.unsubscribe}</button>
      </form>
    </section>
    <section>
      <h2 id="pause">${texts.pause}</h2>
      <p class="soft">${texts.pauseHint}</p>
      <form method="post" action="${action}" class="row" aria-labelledby="pause">
        <button name="do" value="pause-1">${texts.day}</button><button name="do" value="pause-7">${texts.week}</button>
        <button name="do" value="pause-30">${texts.month}</button>
        ${pausedUntil ? html`<button class="strong" name="do" value="resume">${texts.resume}</button>` : null}
      </form>
    </section>
    <section>
      <h2 id="kinds">${texts.kinds}</h2>
      <form method="post" action="${action}" aria-labelledby="kinds">
        <label class="check"
          ><input type="checkbox" name="marketing" value="yes" ${view.consentMarketing ? html` checked` : null} />
          <span>${texts.marketing}<span class="soft">${texts.marketingHint}</span></span></label
        >
        ${view.kinds.map(
          ({ kind, isOn }) =>
            html`<label class="check"
                ><input type="checkbox" name="kind" value="${kind}" ${isOn ? html` checked` : null} />
                <span>${names[kind] ?? kind}</span></label
              ><input type="hidden" name="offered" value="${kind}" />`,
        )}
        <button class="strong wide" name="do" value="save">${texts.save}</button>
      </form>
    </section>`;
}

function yourData({ language: { texts }, action }: PreferencesView): Html {
  return html`<section>
    <h2>${texts.data}</h2>
    <p class="soft">${texts.dataHint}</p>
    <form method="post" action="${action}"><button name="do" value="download">${texts.download}</button></form>
    <details>
      <summary>${texts.remove}</summary>
      <p class="soft">${texts.removeHint}</p>
      <form method="post" action="${action}">
        <button class="danger" name="do" value="remove">${texts.removeSure}</button>
      </form>
    </details>
  </section>`;
}

function dateOf(date: Date, { language, timezone }: PreferencesView): string {
  return new Intl.DateTimeFormat(language.lang, { dateStyle: "long", timeStyle: "short", timeZone: timezone }).format(
    date,
  );
}

/** Ends the browser's own subscription too, so that its state and ours agree. */
function forgetInBrowser(proxyPath: string, state: "off" | "removed"): Html {
  const scope = JSON.stringify(`${proxyPath}/`).replace(/</g, "\\u003c");
  return {
    markup: `(async () => {
  try {
    const known = JSON.parse(localStorage.beckon || "{}");
    if (${state === "removed"}) localStorage.beckon = JSON.stringify({ off: true });
    else localStorage.beckon = JSON.stringify({ ...known, off: true, endpoint: undefined });
  } catch {}
  const registration = await navigator.serviceWorker?.getRegistration(${scope});
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
})().catch(() => {});`,
  };
}
