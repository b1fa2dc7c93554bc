import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createKeyring, decrypt, DecryptionError, encrypt } from "./encryption.server.ts";

const newKey = () => randomBytes(32).toString("base64");

test("gives back what was encrypted, in any script", () => {
  const keyring = createKeyring([newKey()]);

  for (const text of ["", "shpat_1", "Şehir مدينة 🛒", "x".repeat(100_000)]) {
    expect(decrypt(keyring, encrypt(keyring, text, "a"), "a")).toBe(text);
  }
});

test("encrypts the same text differently each time, and never as itself", () => {
  const keyring = createKeyring([newKey()]);

  const first = encrypt(keyring, "secret-word", "a");

  expect(encrypt(keyring, "secret-word", "a")).not.toBe(first);
  expect(first).not.toContain("secret-word");
});

test("after a rotation the new key encrypts and the old one still decrypts", () => {
  const [oldKey, freshKey] = [newKey(), newKey()];
  const before = encrypt(createKeyring([oldKey]), "token", "session:1");
  const rotated = createKeyring([freshKey, oldKey]);

  expect(decrypt(rotated, before, "session:1")).toBe("token");

  const after = encrypt(rotated, "token", "session:1");
  expect(decrypt(createKeyring([freshKey]), after, "session:1")).toBe("token");
  expect(() => decrypt(createKeyring([freshKey]), before, "session:1")).toThrow("not in ENCRYPTION_KEY");
});

test("refuses a text moved to another context", () => {
  const keyring = createKeyring([newKey()]);
  const text = encrypt(keyring, "key of shop one", "vapid:one.myshopify.com");

  expect(() => decrypt(keyring, text, "vapid:two.myshopify.com")).toThrow(DecryptionError);
});

test("refuses a text in which any part was changed", () => {
  const keyring = createKeyring([newKey()]);
  const [version, id, body] = encrypt(keyring, "hello", "a").split(".") as [string, string, string];
  const bytes = Buffer.from(body, "base64url");

  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = changed[index]! ^ 1;
    expect(() => decrypt(keyring, `${version}.${id}.${changed.toString("base64url")}`, "a")).toThrow(DecryptionError);
  }
  for (const broken of ["", "plain", `${version}.${id}.`, `${version}.${id}.AAAA`, `v2.${id}.${body}`]) {
    expect(() => decrypt(keyring, broken, "a")).toThrow(DecryptionError);
  }
});

test("refuses keys of a wrong length", () => {
  expect(() => createKeyring([])).toThrow(RangeError);
  expect(() => createKeyring([randomBytes(31).toString("base64")])).toThrow("31");
});
