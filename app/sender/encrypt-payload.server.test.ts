import { createECDH, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import webPush from "web-push";
import { decryptPush } from "../../simulator/push/decrypt.ts";
import { encryptPayload, InvalidSubscriptionKeysError } from "./encrypt-payload.server.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "./payload-limit.ts";

// RFC 8291 appendix A, and the whole message of its section 5.
const RFC_8291 = {
  plaintext: "When I grow up, I want to be a watermelon",
  senderPrivateKey: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  receiverPrivateKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
  receiverPublicKey: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  message:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml" +
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT" +
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

test("makes the message of RFC 8291 section 5, byte for byte", () => {
  const keys = { p256dh: RFC_8291.receiverPublicKey, auth: RFC_8291.auth };

  const body = encryptPayload(RFC_8291.plaintext, keys, {
    privateKey: Buffer.from(RFC_8291.senderPrivateKey, "base64url"),
    salt: Buffer.from(RFC_8291.salt, "base64url"),
  });

  expect(body.toString("base64url")).toBe(RFC_8291.message);
});

test("the receiver of the tests reads the message of RFC 8291", () => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.from(RFC_8291.receiverPrivateKey, "base64url"));

  const text = decryptPush(Buffer.from(RFC_8291.message, "base64url"), {
    ecdh,
    auth: Buffer.from(RFC_8291.auth, "base64url"),
  });

  expect(text.toString()).toBe(RFC_8291.plaintext);
});

test("web-push's http_ece reads what we encrypt", () => {
  const receiver = createReceiver();

  const body = encryptPayload("Merhaba 🛒 سلة", receiver.keys);

  const text = httpEce.decrypt(body, {
    version: "aes128gcm",
    privateKey: receiver.ecdh,
    authSecret: receiver.keys.auth,
  });
  expect(text.toString("utf8")).toBe("Merhaba 🛒 سلة");
});

test("we read what web-push encrypts", () => {
  const receiver = createReceiver();

  const { cipherText } = webPush.encrypt(receiver.keys.p256dh, receiver.keys.auth, "Merhaba 🛒 سلة", "aes128gcm");

  const auth = Buffer.from(receiver.keys.auth, "base64url");
  expect(decryptPush(cipherText, { ecdh: receiver.ecdh, auth }).toString("utf8")).toBe("Merhaba 🛒 سلة");
});

test("any text up to the limit arrives unchanged, in a body of its length plus 103", () => {
  const receiver = createReceiver();
  const auth = Buffer.from(receiver.keys.auth, "base64url");

  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 900 }), (text) => {
      const body = encryptPayload(text, receiver.keys);

      expect(body).toHaveLength(Buffer.byteLength(text) + 103);
      expect(decryptPush(body, { ecdh: receiver.ecdh, auth }).toString("utf8")).toBe(text);
    }),
    { numRuns: 100 },
  );
});

test("the longest payload makes the longest body a push service must take", () => {
  const { keys } = createReceiver();

  expect(encryptPayload("x".repeat(MAX_PAYLOAD_BYTES), keys)).toHaveLength(4_096);
});

test("counts bytes, not letters, and says how much is too much", () => {
  const { keys } = createReceiver();
  const text = "é".repeat(2_000);

  expect(() => encryptPayload(text, keys)).toThrow(PayloadTooLargeError);
  expect(() => encryptPayload(text, keys)).toThrow(/4000 bytes.*at most 3993.*shorten it by 7 bytes/);
});

test("never uses a key or a salt twice", () => {
  const { keys } = createReceiver();

  const heads = Array.from({ length: 50 }, () => encryptPayload("same", keys).subarray(0, 86));

  expect(new Set(heads.map((head) => head.subarray(0, 16).toString("hex"))).size).toBe(50);
  expect(new Set(heads.map((head) => head.subarray(21).toString("hex"))).size).toBe(50);
});

test.each([
  ["too short a key", { p256dh: "AAAA" }],
  ["a compressed key", { p256dh: Buffer.alloc(33, 2).toString("base64url") }],
  ["a point off the curve", { p256dh: Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 9)]).toString("base64url") }],
  ["too short a secret", { auth: "AAAA" }],
])("refuses %s", (_name, wrong) => {
  const { keys } = createReceiver();

  expect(() => encryptPayload("x", { ...keys, ...wrong })).toThrow(InvalidSubscriptionKeysError);
});

/** The reference implementation, as web-push brings it along. */
const httpEce = createRequire(import.meta.url)("http_ece") as {
  decrypt(body: Buffer, options: { version: string; privateKey: unknown; authSecret: string }): Buffer;
};

function createReceiver() {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return {
    ecdh,
    keys: { p256dh: ecdh.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") },
  };
}
