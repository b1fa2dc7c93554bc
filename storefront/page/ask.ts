import { allowed } from "./consent.ts";
import { track } from "./events.ts";
import { load } from "./load-chunk.ts";
import { page, permission } from "./page.ts";
import { read, save } from "./state.ts";

const DAY_MS = 86_400_000;

/** Safari on an iPhone or iPad can show notifications only for a shop on the home screen. */
export function needsInstall(): boolean {
  return (
    (navigator as { standalone?: boolean }).standalone === false && / Version\/.* Safari/.test(navigator.userAgent)
  );
}

export function isInstalled(): boolean | undefined {
  return (navigator as { standalone?: boolean }).standalone;
}

function isPossible(): boolean {
  return permission() ? permission() === "default" : needsInstall();
}

/** Whether the rules may still ask: not answered, not switched off, not too often, not too soon. */
export function mayAsk(): boolean {
  const { asks = 0, askedAt = 0, off } = read();
  const { maxAsks, askAgainAfterDays } = page.config.prompt;
  return isPossible() && !off && asks < maxAsks && Date.now() - askedAt > askAgainAfterDays * DAY_MS;
}

let isAsking: boolean;

/** Our prompt appears when a tap on it can be answered at once: worker active, key at hand. */
export async function ask(variant: string): Promise<void> {
  if (isAsking || !isPossible()) return;
  isAsking = true;
  try {
    if (permission()) {
      const [subscribe, prompt] = await Promise.all([load("subscribe"), load("prompt")]);
      await subscribe.prepare();
      await prompt.show(variant);
    } else await (await load("install")).show();
    save({ asks: (read().asks || 0) + 1, askedAt: Date.now() });
    if (allowed()) track("prompt_shown", { variant });
  } catch {
    // No worker, no prompt: asking for what cannot be given would waste the one chance.
  }
}
