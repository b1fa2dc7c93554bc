import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createKeyring } from "./encryption.server.ts";
import { readToken, signToken } from "./signed-token.server.ts";

const newKey = () => randomBytes(32).toString("base64");

test("reads back the claims it signed", () => {
  const keyring = createKeyring([newKey()]);
  const claims = { d: "delivery-1", s: "ÄŞ.myshopify.com" };

  const token = signToken(keyring, "receipt", claims);

  expect(readToken(keyring, "receipt", token)).toEqual(claims);
  expect(token).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
  expect(token.length).toBeLessThan(90);
});

test("refuses a token signed for another purpose or by another installation", () => {
  const keyring = createKeyring([newKey()]);
  const token = signToken(keyring, "receipt", { d: "1" });

  expect(readToken(keyring, "go", token)).toBeNull();
  expect(readToken(createKeyring([newKey()]), "receipt", token)).toBeNull();
});

test("tokens stay good after a key rotation, for as long as the old key is kept", () => {
  const [oldKey, freshKey] = [newKey(), newKey()];
  const token = signToken(createKeyring([oldKey]), "go", { d: "1" });

  expect(readToken(createKeyring([freshKey, oldKey]), "go", token)).toEqual({ d: "1" });
  expect(readToken(createKeyring([freshKey]), "go", token)).toBeNull();
});

test("refuses every token with one character changed", () => {
  const keyring = createKeyring([newKey()]);
  const token = signToken(keyring, "preferences", { u: "subscription-1", s: "a.myshopify.com" });

  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === "A" ? "B" : "A";
    expect(readToken(keyring, "preferences", token.slice(0, index) + other + token.slice(index + 1))).toBeNull();
  }
  for (const broken of ["", ".", "a", "a.b", "a.b.c", `${token}.`, `${token}=`, token.slice(1)]) {
    expect(readToken(keyring, "preferences", broken)).toBeNull();
  }
});
