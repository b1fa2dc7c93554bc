import { createDecipheriv, createECDH, hkdfSync, type ECDH } from "node:crypto";

/** The receiving half of RFC 8291: what a browser does with the body of a push. */
export type ReceiverKeys = { ecdh: ECDH; auth: Buffer };

export function createReceiverKeys(auth: Buffer): ReceiverKeys {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return { ecdh, auth };
}

/** @throws when the body is not one aes128gcm record encrypted for these keys */
export function decryptPush(body: Buffer, { ecdh, auth }: ReceiverKeys): Buffer {
  const salt = body.subarray(0, 16);
  const keyLength = body[20] ?? 0;
  const senderKey = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  if (senderKey.length !== 65 || record.length < 17) throw new Error("not an aes128gcm body of Web Push");

  const keyInfo = Buffer.concat([Buffer.from("WebPush: info\0"), ecdh.getPublicKey(), senderKey]);
  const inputKey = derive(ecdh.computeSecret(senderKey), auth, keyInfo, 32);
  const contentKey = derive(inputKey, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(inputKey, salt, Buffer.from("Content-Encoding: nonce\0"), 12);

  const decipher = createDecipheriv("aes-128-gcm", contentKey, nonce, { authTagLength: 16 });
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);

  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the record is not the last one of its message");
  return padded.subarray(0, end);
}

function derive(key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length));
}
