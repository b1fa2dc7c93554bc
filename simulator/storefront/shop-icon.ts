import { crc32, deflateSync } from "node:zlib";

const icons = new Map<number, Buffer>();

/** The shop's icon as a PNG of `size` × `size`: a leaf on green. Drawn, so that notifications have a real picture. */
export function shopIconPng(size: number): Buffer {
  let icon = icons.get(size);
  if (!icon) icons.set(size, (icon = encodePng(size, (x, y) => leaf(x / size, y / size))));
  return icon;
}

type Colour = readonly [number, number, number];
const GREEN: Colour = [31, 58, 52];
const PAPER: Colour = [251, 250, 247];

function leaf(x: number, y: number): Colour {
  // Two circles crossing make the leaf; the line between their ends is its vein.
  const inside = Math.hypot(x - 0.26, y - 0.26 - 0.24) < 0.42 && Math.hypot(x - 0.74, y - 0.26 - 0.24) < 0.42;
  const vein = Math.abs(x - 0.5) < 0.014 && y > 0.34;
  return inside && !vein ? PAPER : GREEN;
}

function encodePng(size: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rows = Buffer.alloc(size * (size * 3 + 1));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) rows.set(smooth(x, y, colourAt), y * (size * 3 + 1) + 1 + x * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// Four looks per pixel, so that edges are not stairs.
function smooth(x: number, y: number, colourAt: (x: number, y: number) => Colour): number[] {
  const looks = [0.25, 0.75].flatMap((dx) => [0.25, 0.75].map((dy) => colourAt(x + dx, y + dy)));
  return [0, 1, 2].map((index) => Math.round(looks.reduce((sum, look) => sum + (look[index] ?? 0), 0) / looks.length));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
