// The wire format of Protocol Buffers, as much of it as Chromium's push client needs.

export type ProtobufValue = number | bigint | Buffer;
/** Field number to its values in order. */
export type ProtobufFields = Map<number, ProtobufValue[]>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

export function intField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint((field << 3) | VARINT), varint(value)]);
}

export function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint((field << 3) | FIXED64), bytes]);
}

export function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | BYTES), varint(bytes.length), bytes]);
}

/** @returns the value and where the next byte stands; null when the buffer ends within it */
export function readVarint(buffer: Buffer, at: number): { value: bigint; next: number } | null {
  let value = 0n;
  for (let shift = 0n; at < buffer.length; shift += 7n) {
    const byte = buffer[at++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at };
  }
  return null;
}

/** @throws RangeError when the message is cut short or holds a type that is not in use any more */
export function readFields(buffer: Buffer): ProtobufFields {
  const fields: ProtobufFields = new Map();
  let at = 0;
  const next = (): bigint => {
    const read = readVarint(buffer, at);
    if (!read) throw new RangeError("a protobuf message is cut short");
    at = read.next;
    return read.value;
  };
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) throw new RangeError("a protobuf message is cut short");
    at += length;
    return buffer.subarray(at - length, at);
  };

  while (at < buffer.length) {
    const key = Number(next());
    const value = readValue(key & 7, next, take);
    const field = key >> 3;
    const values = fields.get(field);
    if (values) values.push(value);
    else fields.set(field, [value]);
  }
  return fields;
}

function readValue(type: number, next: () => bigint, take: (length: number) => Buffer): ProtobufValue {
  switch (type) {
    case VARINT:
      return next();
    case FIXED64:
      return take(8).readBigUInt64LE();
    case BYTES:
      return take(Number(next()));
    case FIXED32:
      return take(4).readUInt32LE();
    default:
      throw new RangeError(`protobuf wire type ${type}`);
  }
}

export function numberOf(fields: ProtobufFields, field: number): number | null {
  const value = fields.get(field)?.[0];
  return value === undefined || Buffer.isBuffer(value) ? null : Number(value);
}

export function textOf(fields: ProtobufFields, field: number): string | null {
  const value = fields.get(field)?.[0];
  return Buffer.isBuffer(value) ? value.toString("utf8") : null;
}
