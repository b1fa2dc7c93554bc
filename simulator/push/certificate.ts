import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A certificate with its private key, both PEM. It is its own root: whoever trusts `cert` trusts the service. */
export type Certificate = { cert: string; key: string };

const DAY_MS = 86_400_000;
const LIFETIME_MS = 365 * DAY_MS;

/**
 * The certificate of the local push service, kept beside `caFile` so that a restarted service is still trusted. A new one
 * is made when there is none, it is about to end, or it lacks a name. Programs are given `caFile`; the key is in
 * `caFile` + ".key".
 */
export function persistentCertificate(caFile: string, names: readonly string[], now: Date): Certificate {
  const keyFile = `${caFile}.key`;
  if (existsSync(caFile) && existsSync(keyFile)) {
    const kept = { cert: readFileSync(caFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    if (isUsable(kept, names, now)) return kept;
  }
  const made = selfSignedCertificate(names, now);
  mkdirSync(path.dirname(path.resolve(caFile)), { recursive: true });
  writeWhole(keyFile, made.key, 0o600);
  writeWhole(caFile, made.cert, 0o644);
  return made;
}

/**
 * Makes a self-signed P-256 certificate in plain DER (RFC 5280), because the service must start on a machine that has
 * Node and nothing else.
 *
 * @param names host names and IPv4 addresses it is for
 */
export function selfSignedCertificate(names: readonly string[], now: Date): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // Names of its own: OpenSSL finds a root by its name, and would try the wrong one of two that are called the same.
  const commonName = `Local push service ${randomBytes(4).toString("hex")}`;
  const issuer = sequence(tlv(SET, sequence(objectId("550403"), tlv(UTF8_STRING, Buffer.from(commonName)))));
  const alternativeNames = sequence(
    ...names.map((name) =>
      isIpv4(name) ? tlv(0x87, Buffer.from(name.split(".").map(Number))) : tlv(0x82, Buffer.from(name)),
    ),
  );
  const toBeSigned = sequence(
    tlv(0xa0, tlv(INTEGER, Buffer.from([2]))), // version 3
    tlv(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // serial number, positive
    ECDSA_WITH_SHA256,
    issuer,
    sequence(utcTime(now.getTime() - DAY_MS), utcTime(now.getTime() + LIFETIME_MS)),
    issuer,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(
      0xa3,
      sequence(
        extension("551d11", alternativeNames),
        extension("551d13", sequence(tlv(BOOLEAN, Buffer.from([0xff])))), // basic constraints: a CA
      ),
    ),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, tlv(BIT_STRING, Buffer.concat([Buffer.from([0]), signature])));
  return {
    cert: pem("CERTIFICATE", der),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function isUsable({ cert, key }: Certificate, names: readonly string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const belongs = certificate.checkPrivateKey(createPrivateKey(key));
    const isFresh = certificate.validToDate.getTime() - now.getTime() > DAY_MS;
    return belongs && isFresh && names.every((name) => hasName(certificate, name));
  } catch {
    return false; // unreadable: as good as none
  }
}

function hasName(certificate: X509Certificate, name: string): boolean {
  return (isIpv4(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

/** SHA-256 of the certificate's public key, as Chromium's `--ignore-certificate-errors-spki-list` wants it hashed. */
export function publicKeyInfo(cert: string): Buffer {
  return createPublicKey(cert).export({ type: "spki", format: "der" });
}

/** A reader never sees half a file. */
function writeWhole(file: string, text: string, mode: number): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, text, { mode });
  renameSync(part, file);
}

function isIpv4(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name);
}

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));

function tlv(tag: number, value: Buffer): Buffer {
  const length = value.length;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(SEQUENCE, Buffer.concat(parts));
}

function objectId(hex: string): Buffer {
  return tlv(OBJECT_ID, Buffer.from(hex, "hex"));
}

function extension(idHex: string, value: Buffer): Buffer {
  return sequence(objectId(idHex), tlv(OCTET_STRING, value));
}

/** YYMMDDHHMMSSZ: two digits of the year, good until 2049. */
function utcTime(atMs: number): Buffer {
  return tlv(UTC_TIME, Buffer.from(`${new Date(atMs).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").replace(/(.{64})(?=.)/g, "$1\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
