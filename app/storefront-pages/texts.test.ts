import { expect, test } from "vitest";
import { JOURNEY_KINDS } from "../journeys/kinds/registry.server.ts";
import { pageLanguage } from "./texts.ts";

test.each(["en", "tr", "ar"])("names every kind of message to a shopper, in %s", (language) => {
  const { lang, kinds } = pageLanguage(language);

  expect(lang).toBe(language);
  for (const { kind } of JOURNEY_KINDS) expect(kinds[kind], kind).toBeTruthy();
});
