import { createPrivateKey, sign } from "node:crypto";

/** A VAPID key pair, base64url: the uncompressed point (65 bytes) and the private scalar (32 bytes). */
export type VapidKeyPair = { publicKey: string; privateKey: string };

/** Gives the `Authorization` header of a push request (RFC 8292). */
export type VapidSigner = (audience: string, key: VapidKeyPair, machineNow: Date) => string;

const LIFETIME_MS = 12 * 3_600_000; // push services refuse tokens that run longer than 24 hours
const RENEW_AFTER_MS = 4 * 3_600_000; // leaves eight hours for clocks that differ
const MAX_TOKENS = 20_000;

const JWT_HEADER = Buffer.from(JSON.stringify({ typ: "JWT", alg: "ES256" })).toString("base64url");

/**
 * Makes a signer that signs once per push service and key and keeps the token for four of its twelve hours: signing costs
 * about a third of a whole push. A machine clock that was set back makes a new token.
 *
 * @param subject `mailto:` or `https:` contact for push services
 */
export function createVapidSigner(subject: string): VapidSigner {
  const tokens = new Map<string, { header: string; madeAtMs: number }>();

  return (audience, key, machineNow) => {
    const nowMs = machineNow.getTime();
    const cacheKey = `${audience} ${key.publicKey}`;
    const known = tokens.get(cacheKey);
    if (known && nowMs >= known.madeAtMs && nowMs < known.madeAtMs + RENEW_AFTER_MS) return known.header;

    const header = `vapid t=${signToken(audience, subject, key, nowMs + LIFETIME_MS)}, k=${key.publicKey}`;
    tokens.delete(cacheKey);
    tokens.set(cacheKey, { header, madeAtMs: nowMs });
    if (tokens.size > MAX_TOKENS) tokens.delete(tokens.keys().next().value as string);
    return header;
  };
}

function signToken(audience: string, subject: string, key: VapidKeyPair, expiresAtMs: number): string {
  const claims = JSON.stringify({ aud: audience, exp: Math.floor(expiresAtMs / 1_000), sub: subject });
  const signed = `${JWT_HEADER}.${Buffer.from(claims).toString("base64url")}`;
  const signature = sign("sha256", Buffer.from(signed), { key: readPrivateKey(key), dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function readPrivateKey({ publicKey, privateKey }: VapidKeyPair) {
  const point = Buffer.from(publicKey, "base64url");
  return createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33, 65).toString("base64url"),
      d: privateKey,
    },
  });
}
