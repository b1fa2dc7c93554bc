import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** The keys of ENCRYPTION_KEY, made ready: the first encrypts and signs, all decrypt and verify. */
export type Keyring = {
  readonly keys: readonly {
    /** Names the key in encrypted text, without telling anything of it. */
    id: string;
    /** For AES-256-GCM. */
    encryption: Buffer;
    /** Where keys for signing are derived from: see signed-token.server.ts. */
    root: Buffer;
  }[];
};

/** Thrown for text that none of the keys encrypted for this context: another key, another context, or changed. */
export class DecryptionError extends Error {
  override name = "DecryptionError";
}

const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param base64Keys one or more keys of 32 bytes in base64, the newest first
 * @throws RangeError when there is none or one has another length
 */
export function createKeyring(base64Keys: string[]): Keyring {
  if (base64Keys.length === 0) throw new RangeError("A keyring needs at least one key");
  const keys = base64Keys.map((text) => {
    const root = Buffer.from(text, "base64");
    if (root.length !== 32) throw new RangeError(`An encryption key must have 32 bytes, this one has ${root.length}`);
    const encryption = Buffer.from(hkdfSync("sha256", root, "", "beckon encryption v1", 32));
    return { id: createHash("sha256").update(encryption).digest("base64url").slice(0, 8), encryption, root };
  });
  return { keys };
}

/**
 * Encrypts text with the first key (AES-256-GCM, a fresh nonce each time).
 *
 * @param context where the text belongs, such as "vapid:SHOP": it must be given again to decrypt, so that a value copied
 *   to another shop's row is refused
 * @returns `v1.KEYID.BASE64URL`
 */
export function encrypt(keyring: Keyring, text: string, context: string): string {
  const [key] = keyring.keys;
  if (!key) throw new RangeError("A keyring needs at least one key");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.encryption, iv);
  cipher.setAAD(Buffer.from(context));
  const parts = [iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
  return `${VERSION}.${key.id}.${Buffer.concat(parts).toString("base64url")}`;
}

/** @throws DecryptionError */
export function decrypt(keyring: Keyring, text: string, context: string): string {
  const [version, keyId, body, ...rest] = text.split(".");
  if (version !== VERSION || !keyId || !body || rest.length > 0) throw new DecryptionError("Not an encrypted text");
  const key = keyring.keys.find(({ id }) => id === keyId);
  if (!key) throw new DecryptionError(`Encrypted with key ${keyId}, which is not in ENCRYPTION_KEY`);

  const bytes = Buffer.from(body, "base64url");
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new DecryptionError("An encrypted text is cut off");
  const decipher = createDecipheriv("aes-256-gcm", key.encryption, bytes.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new DecryptionError("An encrypted text was changed, or belongs elsewhere", { cause: error });
  }
}
