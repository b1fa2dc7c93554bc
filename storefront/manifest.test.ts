import { expect, test } from "vitest";
import { buildWebManifest } from "./manifest.ts";

test("makes the whole shop an app of its own on the home screen", () => {
  const manifest = buildWebManifest({
    name: "Fern & Flax Kitchen",
    locale: "ar-EG",
    iconUrl: "https://cdn.test/i.png",
  });

  expect(manifest).toMatchObject({
    display: "standalone",
    scope: "/",
    name: "Fern & Flax Kitchen",
    short_name: "Fern",
  });
  expect(manifest).toMatchObject({ lang: "ar-EG", dir: "rtl", icons: [{ src: "https://cdn.test/i.png" }] });
  expect(manifest.start_url.startsWith("/")).toBe(true);
});

test("does without a picture", () => {
  expect(buildWebManifest({ name: "Fern", locale: "en", iconUrl: null }).icons).toEqual([]);
});
