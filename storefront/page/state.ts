import type { BrowserState } from "../core.ts";

export function read(): BrowserState {
  return JSON.parse(localStorage.beckon || "{}");
}

export function save(patch: Partial<BrowserState>): void {
  try {
    localStorage.beckon = JSON.stringify({ ...read(), ...patch });
  } catch {
    // The shop has filled its storage: what is new is not remembered.
  }
}

/** 36 characters of 0–9a–f and "-", from the browser's random source. */
export function randomId(): string {
  return crypto.randomUUID();
}
