import { useEffect, useState } from "react";

/** What App Bridge tells of an app's extensions, as far as it is read here. */
type ExtensionInfo = { type?: string; activations?: { handle?: string; status?: string }[] };

const EMBED = "beckon-embed";

/**
 * Whether the live theme has our embed switched on, as Shopify tells; null: not told yet, or not by this admin. Asked again
 * when the merchant comes back from the theme editor's tab.
 */
export function useEmbedState(): boolean | null {
  const [isOn, setIsOn] = useState<boolean | null>(null);
  useEffect(() => {
    const ask = async () => {
      const { shopify } = globalThis as { shopify?: { app?: { extensions?: () => Promise<unknown> } } };
      setIsOn(readEmbedState(await shopify?.app?.extensions?.().catch(() => null)));
    };
    const onReturn = () => {
      if (document.visibilityState === "visible") void ask();
    };
    void ask();
    document.addEventListener("visibilitychange", onReturn);
    return () => document.removeEventListener("visibilitychange", onReturn);
  }, []);
  return isOn;
}

/** https://shopify.dev/docs/api/app-home/apis/app: each block of a theme app extension with its status. */
export function readEmbedState(extensions: unknown): boolean | null {
  if (!Array.isArray(extensions)) return null;
  const blocks = (extensions as ExtensionInfo[])
    .filter(({ type }) => type === "theme_app_extension")
    .flatMap(({ activations }) => activations ?? []);
  const embed = blocks.find(({ handle }) => handle === EMBED);
  return embed ? embed.status === "active" : null;
}
