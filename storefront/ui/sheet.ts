import { directionOf } from "./direction.ts";
import { readLook } from "./look.ts";

export type Sheet = { root: ShadowRoot; close(): void };

type SheetParts = {
  /** Value of `data-beckon` on the element in the page. */
  name: string;
  position: "bottom" | "top" | "center";
  locale: string;
  accent: string | null;
  /** Markup of the dialog. Its heading has the id "title", what describes it the id "text". */
  html: string;
  css: string;
  /** Called when the shopper pressed Escape. */
  onEscape(): void;
};

/**
 * A dialog that does not stand in the way: fixed over the page (nothing moves), not modal, closed by Escape. It takes the
 * focus, unless the shopper is typing, so that a screen reader says what has come; Tab leads on through it and back to
 * the page. When it closes, the focus goes back to where it was.
 */
export function openSheet({ name, position, locale, accent, html, css, onEscape }: SheetParts): Sheet {
  const host = document.createElement("div");
  host.dataset.beckon = name;
  host.dataset.position = position;
  host.lang = locale;
  host.dir = directionOf(locale);
  const look = readLook(accent);
  for (const [property, value] of Object.entries(look)) host.style.setProperty(`--${property}`, value);

  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${BASE}${css}</style><div class="card" role="dialog" aria-labelledby="title" aria-describedby="text" tabindex="-1">${html}</div>`;
  const card = root.querySelector<HTMLElement>(".card")!;
  const before = document.activeElement as HTMLElement | null;
  document.body.append(host);
  if (!before?.matches("input, textarea, select, [contenteditable]")) {
    // In a task of its own: it makes the browser lay the page out, and a slow phone is to breathe in between.
    setTimeout(() => card.focus({ preventScroll: true }));
  }

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    onEscape();
  };
  document.addEventListener("keydown", onKey);

  return {
    root,
    close() {
      document.removeEventListener("keydown", onKey);
      const hadFocus = root.activeElement !== null;
      host.remove();
      if (hadFocus && before?.isConnected) before.focus({ preventScroll: true });
    },
  };
}

/** Behind a modal dialog of the theme (a cart drawer, a size guide) nothing can be tapped: waits until none is open. */
export async function untilUncovered(): Promise<void> {
  while (isCovered()) await new Promise((resolve) => setTimeout(resolve, 500));
}

function isCovered(): boolean {
  try {
    return document.querySelector("dialog:modal") !== null;
  } catch {
    return false; // a browser that does not know :modal
  }
}

/** Text that is put between tags or into a quoted attribute. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

const BASE = `
:host{all:initial;position:fixed;z-index:2147483000;inset-inline:12px;bottom:calc(12px + env(safe-area-inset-bottom));
font-family:var(--font);color:var(--ink);direction:inherit;font-size:15px;line-height:1.5;-webkit-font-smoothing:antialiased;
-webkit-text-size-adjust:100%;animation:in .32s cubic-bezier(.2,.8,.2,1) both}
:host([dir=rtl]){direction:rtl}
:host([data-position=top]){bottom:auto;top:calc(12px + env(safe-area-inset-top));--from:-16px}
:host([data-position=center]){bottom:auto;top:50%;translate:0 -50%}
@media(min-width:600px){:host{inset-inline:24px auto;bottom:24px;width:392px}
:host([data-position=top]),:host([data-position=center]){inset-inline:0;margin-inline:auto}
:host([data-position=top]){top:16px}}
@keyframes in{from{opacity:0;transform:translateY(var(--from,16px))}}
@media(prefers-reduced-motion:reduce){:host{animation:none}}
*{box-sizing:border-box;margin:0}
.card{background:var(--ground);border:1px solid rgb(from var(--ink) r g b/.12);border-radius:clamp(6px,var(--radius),18px);padding:20px;
box-shadow:0 1px 2px rgb(0 0 0/.06),0 12px 40px rgb(0 0 0/.18);outline:0;max-height:calc(100dvh - 24px);overflow:auto}
.head{display:flex;gap:14px;align-items:flex-start}
.mark{flex:none;width:44px;height:44px;border-radius:12px;display:grid;place-items:center;object-fit:cover;
background:rgb(from var(--accent) r g b/.1);color:var(--accent)}
h2{font:600 17px/1.3 var(--font);text-wrap:balance}
p{font-size:14.5px;margin-top:4px;opacity:.82;text-wrap:pretty}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:18px}
button{flex:1 1 auto;min-height:44px;min-width:44px;padding:10px 18px;border-radius:min(var(--radius),22px);border:1px solid transparent;
font:500 15px/1.3 var(--font);color:inherit;background:transparent;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.main{background:var(--accent);color:var(--onAccent);font-weight:600}
.main:hover{filter:brightness(1.08)}
.quiet{border-color:rgb(from var(--ink) r g b/.22)}
.quiet:hover{background:rgb(from var(--ink) r g b/.06)}
@media(forced-colors:active){.card,button{border:1px solid CanvasText}}
`.replace(/\n/g, "");
