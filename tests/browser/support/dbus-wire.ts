// The D-Bus wire format (D-Bus specification, "Message Protocol"), little endian, as much of it as desktop notifications
// need. A signature such as "sa{sv}i" names one complete type after the other.

export type DBusValue = number | bigint | boolean | string | Buffer | DBusValue[] | Variant;
/** A value that carries its own type. */
export type Variant = { type: string; value: DBusValue };

const ALIGNMENT: Record<string, number> = {
  y: 1, // byte
  g: 1, // signature
  v: 1, // variant
  n: 2, // int16
  q: 2, // uint16
  b: 4, // boolean
  i: 4, // int32
  u: 4, // uint32
  h: 4, // file descriptor
  s: 4, // string
  o: 4, // object path
  a: 4, // array
  x: 8, // int64
  t: 8, // uint64
  d: 8, // double
  "(": 8, // struct
  "{": 8, // dictionary entry
};

function alignmentOf(type: string): number {
  const alignment = ALIGNMENT[type.charAt(0)];
  if (alignment === undefined) throw new Error(`D-Bus type "${type}" is not known here`);
  return alignment;
}

/** "sa{sv}i" → ["s", "a{sv}", "i"] */
function splitSignature(signature: string): string[] {
  const types: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < signature.length; at++) {
    const letter = signature.charAt(at);
    if ("({".includes(letter)) depth++;
    if (")}".includes(letter)) depth--;
    if (depth > 0 || letter === "a") continue; // an array's type goes on with its element
    types.push(signature.slice(start, at + 1));
    start = at + 1;
  }
  return types;
}

/** Reads values; `at` counts from the message's start, because alignment does. */
class DBusReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  align(size: number): void {
    this.#at = Math.ceil(this.#at / size) * size;
  }

  readAll(signature: string): DBusValue[] {
    return splitSignature(signature).map((type) => this.read(type));
  }

  read(type: string): DBusValue {
    this.align(alignmentOf(type));
    switch (type.charAt(0)) {
      case "y":
        return this.#buffer.readUInt8(this.#advance(1));
      case "n":
        return this.#buffer.readInt16LE(this.#advance(2));
      case "q":
        return this.#buffer.readUInt16LE(this.#advance(2));
      case "i":
        return this.#buffer.readInt32LE(this.#advance(4));
      case "u":
      case "h":
        return this.#buffer.readUInt32LE(this.#advance(4));
      case "b":
        return this.#buffer.readUInt32LE(this.#advance(4)) !== 0;
      case "x":
        return this.#buffer.readBigInt64LE(this.#advance(8));
      case "t":
        return this.#buffer.readBigUInt64LE(this.#advance(8));
      case "d":
        return this.#buffer.readDoubleLE(this.#advance(8));
      case "s":
      case "o":
        return this.#text(this.#buffer.readUInt32LE(this.#advance(4)));
      case "g":
        return this.#text(this.#buffer.readUInt8(this.#advance(1)));
      case "v": {
        const inner = this.read("g") as string;
        return { type: inner, value: this.read(inner) };
      }
      case "(":
      case "{":
        return this.readAll(type.slice(1, -1));
      default:
        return this.#array(type.slice(1));
    }
  }

  #array(element: string): DBusValue {
    const length = this.#buffer.readUInt32LE(this.#advance(4));
    this.align(alignmentOf(element)); // does not count into the length
    const end = this.#at + length;
    if (element === "y") return this.#buffer.subarray(this.#advance(length), end);
    const values: DBusValue[] = [];
    while (this.#at < end) values.push(this.read(element));
    return values;
  }

  /** Text is followed by a zero byte. */
  #text(length: number): string {
    const start = this.#advance(length + 1);
    return this.#buffer.toString("utf8", start, start + length);
  }

  #advance(size: number): number {
    const start = this.#at;
    this.#at += size;
    return start;
  }
}

class DBusWriter {
  #bytes: number[] = [];

  toBuffer(): Buffer {
    return Buffer.from(this.#bytes);
  }

  align(size: number): void {
    while (this.#bytes.length % size !== 0) this.#bytes.push(0);
  }

  writeAll(signature: string, values: readonly DBusValue[]): void {
    splitSignature(signature).forEach((type, index) => this.write(type, values[index] as DBusValue));
  }

  write(type: string, value: DBusValue): void {
    this.align(alignmentOf(type));
    switch (type.charAt(0)) {
      case "y":
        this.#bytes.push(value as number);
        return;
      case "i":
      case "u":
      case "b":
        return this.#uint32(Number(value));
      case "s":
      case "o": {
        const text = Buffer.from(value as string);
        this.#uint32(text.length);
        this.#bytes.push(...text, 0);
        return;
      }
      case "g": {
        const text = Buffer.from(value as string);
        this.#bytes.push(text.length, ...text, 0);
        return;
      }
      case "v": {
        const variant = value as Variant;
        this.write("g", variant.type);
        return this.write(variant.type, variant.value);
      }
      case "(":
      case "{":
        return this.writeAll(type.slice(1, -1), value as DBusValue[]);
      case "a":
        return this.#array(type.slice(1), value as DBusValue[]);
      default:
        throw new Error(`D-Bus type "${type}" is not written here`);
    }
  }

  #array(element: string, values: DBusValue[]): void {
    const lengthAt = this.#bytes.length;
    this.#uint32(0);
    this.align(alignmentOf(element));
    const start = this.#bytes.length;
    for (const value of values) this.write(element, value);
    const length = this.#bytes.length - start;
    for (let i = 0; i < 4; i++) this.#bytes[lengthAt + i] = (length >>> (8 * i)) & 0xff;
  }

  #uint32(value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes.push((value >>> (8 * i)) & 0xff);
  }
}

export const CALL = 1;
export const REPLY = 2;
export const ERROR = 3;
export const SIGNAL = 4;

export type DBusMessage = {
  type: number;
  serial: number;
  wantsReply: boolean;
  path: string;
  interface: string;
  member: string;
  destination: string;
  args: DBusValue[];
};

export type OutgoingMessage = {
  type: number;
  path?: string;
  interface?: string;
  member?: string;
  errorName?: string;
  replySerial?: number;
  destination?: string;
  sender?: string;
  signature?: string;
  args?: readonly DBusValue[];
};

const LITTLE_ENDIAN = 0x6c;
const NO_REPLY_EXPECTED = 1;

export function encodeMessage(serial: number, message: OutgoingMessage): Buffer {
  const body = new DBusWriter();
  body.writeAll(message.signature ?? "", message.args ?? []);
  const bodyBytes = body.toBuffer();

  const fields: [number, string, string | number | undefined][] = [
    [1, "o", message.path],
    [2, "s", message.interface],
    [3, "s", message.member],
    [4, "s", message.errorName],
    [5, "u", message.replySerial],
    [6, "s", message.destination],
    [7, "s", message.sender],
    [8, "g", message.signature || undefined],
  ];
  const header = new DBusWriter();
  header.writeAll("yyyyuu", [LITTLE_ENDIAN, message.type, NO_REPLY_EXPECTED, 1, bodyBytes.length, serial]);
  header.write(
    "a(yv)",
    fields.flatMap(([code, type, value]) => (value === undefined ? [] : [[code, { type, value }]])),
  );
  header.align(8);
  return Buffer.concat([header.toBuffer(), bodyBytes]);
}

/** @returns the first message and its length; null when it has not arrived whole */
export function decodeMessage(buffer: Buffer): { message: DBusMessage; length: number } | null {
  if (buffer.length < 16) return null;
  if (buffer[0] !== LITTLE_ENDIAN) throw new Error("a D-Bus client that is not little endian");
  const bodyLength = buffer.readUInt32LE(4);
  const fieldsLength = buffer.readUInt32LE(12);
  const bodyAt = Math.ceil((16 + fieldsLength) / 8) * 8;
  const length = bodyAt + bodyLength;
  if (buffer.length < length) return null;

  const fields = new Map<number, DBusValue>();
  for (const field of new DBusReader(buffer, 12).read("a(yv)") as [number, Variant][]) {
    fields.set(field[0], field[1].value);
  }
  const text = (code: number) => String(fields.get(code) ?? "");
  return {
    length,
    message: {
      type: buffer.readUInt8(1),
      serial: buffer.readUInt32LE(8),
      wantsReply: (buffer.readUInt8(2) & NO_REPLY_EXPECTED) === 0,
      path: text(1),
      interface: text(2),
      member: text(3),
      destination: text(6),
      args: new DBusReader(buffer.subarray(0, length), bodyAt).readAll(text(8)),
    },
  };
}
