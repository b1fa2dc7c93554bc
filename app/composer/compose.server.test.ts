import { expect, test } from "vitest";
import { compose } from "./compose.server.ts";
import type { ComposeInput } from "./compose.server.ts";

function composeWith(changes: Partial<ComposeInput>) {
  return compose({
    kind: "cart_recovery",
    texts: { en: { title: "{{ product_title }} waits", body: "Come back, {{ first_name }}" } },
    plainTexts: null,
    facts: { product_title: "Linen shirt", shop_name: "Harbour" },
    wishedLocales: ["en"],
    timezone: "UTC",
    target: "/cart",
    image: "https://cdn.example/shirt.png",
    icon: "https://cdn.example/icon.png",
    tag: "n1",
    renotify: false,
    ...changes,
  });
}

test("composes words, picture, icon and a marked target", () => {
  expect(composeWith({})).toMatchObject({
    locale: "en",
    targetUrl: "/cart?utm_source=beckon&utm_medium=web_push&utm_campaign=cart_recovery",
    message: {
      title: "Linen shirt waits",
      body: "Come back, there",
      lang: "en",
      dir: "ltr",
      image: "https://cdn.example/shirt.png",
      icon: "https://cdn.example/icon.png",
    },
  });
});

test("speaks the language of the shopper and lays it out", () => {
  const texts = { en: { title: "en", body: "en" }, ar: { title: "سلة", body: "عد" } };
  expect(composeWith({ texts, wishedLocales: ["ar-SA", "en"] }).message).toMatchObject({
    title: "سلة",
    lang: "ar",
    dir: "rtl",
  });
});

test("shows no picture when the text wants none", () => {
  expect(composeWith({ texts: { en: { title: "a", body: "b", image: null } } }).message.image).toBeNull();
});

test("promises no code when there is none", () => {
  const plainTexts = { en: { title: "Still yours", body: "No code needed" } };
  const texts = { en: { title: "15% off", body: "With {{ code }}" } };

  expect(composeWith({ texts, plainTexts }).message.title).toBe("Still yours");
  expect(composeWith({ texts, plainTexts, facts: { code: "BACK-1" } }).message.body).toBe("With BACK-1");
});

test("leads where the text says, keeping marks of its own", () => {
  const texts = { en: { title: "a", body: "b", url: "/collections/new?utm_campaign=autumn" } };
  expect(composeWith({ texts }).targetUrl).toBe(
    "/collections/new?utm_campaign=autumn&utm_source=beckon&utm_medium=web_push",
  );
});

test("cuts a title that no system would show, between letters", () => {
  const { title } = composeWith({ texts: { en: { title: "👍🏽".repeat(200), body: "b" } } }).message;
  expect(title).toMatch(/^(👍🏽){119}…$/u);
});
