/**
 * The most a push service must take is a body of 4,096 bytes (RFC 8030 section 7.2). The encryption adds 103: the header
 * of RFC 8188 with a P-256 key (86), the padding delimiter (1) and the authentication tag (16).
 */
export const MAX_PAYLOAD_BYTES = 3_993;

/** A payload no push service would take. Nothing was sent. */
export class PayloadTooLargeError extends Error {
  /** Length of the payload as UTF-8. */
  readonly bytes: number;

  constructor(bytes: number) {
    super(
      `the push payload is ${bytes} bytes as UTF-8 and may be at most ${MAX_PAYLOAD_BYTES}: ` +
        `shorten it by ${bytes - MAX_PAYLOAD_BYTES} bytes (a letter outside English takes two to four)`,
    );
    this.name = "PayloadTooLargeError";
    this.bytes = bytes;
  }
}
