import { createPublicKey, verify } from "node:crypto";

export type Refusal = { status: number; message: string };

const MAX_LIFETIME_SECONDS = 24 * 3_600;

/**
 * Checks the Authorization header of a push as RFC 8292 says and the real services do: 401 when there is no VAPID token,
 * 403 when it does not hold.
 *
 * @param expected the origin the endpoint names, and the key the subscription was made with (null: any)
 * @returns null when all is well
 */
export function checkVapid(
  header: string | undefined,
  expected: { audience: string; applicationServerKey: string | null },
  nowMs: number,
): Refusal | null {
  const credentials = readCredentials(header);
  if (!credentials) return { status: 401, message: 'Authorization must be "vapid t=TOKEN, k=KEY"' };

  if (expected.applicationServerKey !== null && credentials.key !== expected.applicationServerKey) {
    return forbidden("the VAPID key does not correspond to the key used to create the subscription");
  }
  const [header64, claims64, signature64] = credentials.token.split(".");
  if (!header64 || !claims64 || !signature64) return forbidden("the token is not a JWT");

  const jwtHeader = readJson(header64);
  if (jwtHeader?.alg !== "ES256") return forbidden("the token is not signed with ES256");
  const signature = Buffer.from(signature64, "base64url");
  if (!isSigned(`${header64}.${claims64}`, signature, credentials.key)) return forbidden("the signature does not hold");

  const claims = readJson(claims64);
  const nowSeconds = nowMs / 1_000;
  if (claims?.aud !== expected.audience) {
    return forbidden(`aud is ${JSON.stringify(claims?.aud)} and must be ${JSON.stringify(expected.audience)}`);
  }
  if (typeof claims.exp !== "number" || claims.exp <= nowSeconds) return forbidden("exp is missing or past");
  if (claims.exp > nowSeconds + MAX_LIFETIME_SECONDS) return forbidden("exp is more than 24 hours ahead");
  if (typeof claims.sub !== "string" || !/^(mailto:[^\s<>@]+@[^\s<>@]+|https:\/\/\S+)$/.test(claims.sub)) {
    return forbidden("sub is neither a mailto: address nor an https: address");
  }
  return null;
}

function forbidden(message: string): Refusal {
  return { status: 403, message };
}

function readCredentials(header: string | undefined): { token: string; key: string } | null {
  const parameters = /^vapid\s+(.+)$/i.exec(header ?? "")?.[1];
  if (!parameters) return null;
  const found = new Map<string, string>();
  for (const part of parameters.split(",")) {
    const match = /^\s*([a-z]+)\s*=\s*"?([A-Za-z0-9._-]+)"?\s*$/.exec(part);
    if (match?.[1] && match[2]) found.set(match[1], match[2]);
  }
  const token = found.get("t");
  const key = found.get("k");
  return token && key ? { token, key } : null;
}

function isSigned(text: string, signature: Buffer, key: string): boolean {
  const point = Buffer.from(key, "base64url");
  if (point.length !== 65 || signature.length !== 64) return false;
  try {
    const publicKey = createPublicKey({
      format: "jwk",
      key: {
        kty: "EC",
        crv: "P-256",
        x: point.subarray(1, 33).toString("base64url"),
        y: point.subarray(33).toString("base64url"),
      },
    });
    return verify("sha256", Buffer.from(text), { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false; // not a point of the curve
  }
}

function readJson(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
