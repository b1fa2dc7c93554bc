import { UAParser } from "ua-parser-js";

/** What a browser says of itself, reduced to what people read in a list. */
export type BrowserProfile = {
  browser: string | null;
  os: string | null;
  deviceType: "desktop" | "mobile" | "tablet";
};

/** @param userAgent the User-Agent header, which is not stored */
export function browserProfile(userAgent: string | null): BrowserProfile {
  const parsed = new UAParser(userAgent?.slice(0, 500) ?? "").getResult();
  const { type } = parsed.device;
  return {
    browser: parsed.browser.name?.slice(0, 60) ?? null,
    os: parsed.os.name?.slice(0, 60) ?? null,
    deviceType: type === "mobile" || type === "tablet" ? type : "desktop",
  };
}

/** "US" of "en-US,en;q=0.9": the region of the language liked best, for a browser whose shop told no country. */
export function regionOfLanguages(acceptLanguage: string | null): string | null {
  const first = acceptLanguage?.split(",")[0]?.split(";")[0]?.trim() ?? "";
  return /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})$/.exec(first)?.[1] ?? null;
}
