import { createECDH } from "node:crypto";
import { expect, test } from "vitest";
import { checkVapid } from "../../simulator/push/check-vapid.ts";
import { createVapidSigner } from "./vapid.server.ts";

const NOON = new Date("2026-03-01T12:00:00Z");
const AUDIENCE = "https://push.example.com";

test("signs what a push service accepts until twelve hours later", () => {
  const key = createKeyPair();
  const header = createVapidSigner("mailto:ops@example.com")(AUDIENCE, key, NOON);

  const expected = { audience: AUDIENCE, applicationServerKey: key.publicKey };
  expect(checkVapid(header, expected, NOON.getTime())).toBeNull();
  expect(checkVapid(header, expected, hoursAfterNoon(11.9).getTime())).toBeNull();
  expect(checkVapid(header, expected, hoursAfterNoon(12.1).getTime())).toMatchObject({ status: 403 });
});

test("every key pair can sign, also one whose numbers begin with zeros", () => {
  const sign = createVapidSigner("https://example.com/contact");

  for (let i = 0; i < 300; i++) {
    const key = createKeyPair();
    const header = sign(AUDIENCE, key, NOON);
    expect(checkVapid(header, { audience: AUDIENCE, applicationServerKey: key.publicKey }, NOON.getTime())).toBeNull();
  }
});

test("keeps a token for its push service and key, and renews it long before it ends", () => {
  const sign = createVapidSigner("mailto:ops@example.com");
  const key = createKeyPair();
  const first = sign(AUDIENCE, key, NOON);

  expect(sign(AUDIENCE, key, hoursAfterNoon(3.9))).toBe(first);
  expect(sign(AUDIENCE, key, hoursAfterNoon(4.1))).not.toBe(first);
  expect(sign("https://other.example.com", key, NOON)).not.toBe(first);
  expect(sign(AUDIENCE, createKeyPair(), NOON)).not.toBe(first);
});

test("signs anew when the machine's clock was set back", () => {
  const sign = createVapidSigner("mailto:ops@example.com");
  const key = createKeyPair();
  const first = sign(AUDIENCE, key, NOON);

  expect(sign(AUDIENCE, key, hoursAfterNoon(-24))).not.toBe(first);
});

function hoursAfterNoon(hours: number): Date {
  return new Date(NOON.getTime() + hours * 3_600_000);
}

function createKeyPair() {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const scalar = ecdh.getPrivateKey();
  const padded = Buffer.concat([Buffer.alloc(32 - scalar.length), scalar]);
  return { publicKey: ecdh.getPublicKey("base64url"), privateKey: padded.toString("base64url") };
}
