import type { BeckonGlobal, ChunkName, Chunks } from "../core.ts";
import { page } from "./page.ts";

const loading: Partial<Record<ChunkName, Promise<unknown>>> = {};

/** Loads what is needed only now. Each chunk puts what it offers into `window.Beckon` under its name. */
export function load<Name extends ChunkName>(name: Name): Promise<Required<Chunks>[Name]> {
  loading[name] ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = page.assets[name];
    script.addEventListener("load", () => resolve((window.Beckon as BeckonGlobal)[name]));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading[name] as Promise<Required<Chunks>[Name]>;
}
