import { expect, test } from "vitest";
import { browserProfile, regionOfLanguages } from "./browser-profile.server.ts";
import { cityLookup } from "./city-lookup.server.ts";

test.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Chrome",
    "Windows",
    "desktop",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Chrome",
    "Android",
    "mobile",
  ],
  [
    "Mozilla/5.0 (iPad; CPU OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1",
    "Mobile Safari",
    "iOS",
    "tablet",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux", "desktop"],
  ["", null, null, "desktop"],
])("%s", (userAgent, browser, os, deviceType) => {
  expect(browserProfile(userAgent)).toEqual({ browser, os, deviceType });
});

test("the country of a browser is its first language's region, or not known", () => {
  expect(regionOfLanguages("tr-TR,tr;q=0.9,en;q=0.5")).toBe("TR");
  expect(regionOfLanguages("zh-Hant-TW")).toBe("TW");
  expect(regionOfLanguages("de,en-US;q=0.5")).toBeNull();
  expect(regionOfLanguages(null)).toBeNull();
});

test("without a file, or with one that cannot be read, no city is known, and that is told once", async () => {
  expect((await cityLookup(null))("203.0.113.9")).toEqual({ city: null, country: null });

  const problems: unknown[] = [];
  const lookup = await cityLookup("/nowhere/GeoLite2-City.mmdb", (error) => problems.push(error));
  await cityLookup("/nowhere/GeoLite2-City.mmdb", (error) => problems.push(error));
  expect(lookup("203.0.113.9")).toEqual({ city: null, country: null });
  expect(problems).toHaveLength(1);
});
