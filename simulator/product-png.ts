import { crc32, deflateSync } from "node:zlib";
import { DRAWING_SIZE, SHADOW } from "./product-image.ts";
import type { Drawing, Hsl } from "./product-image.ts";

// Draws a product's picture into pixels: browsers show no SVG in a notification, and no package is needed for this.

type Point = [x: number, y: number];
type Rgb = [red: number, green: number, blue: number];

const WHITE: Rgb = [255, 255, 255];
/** Rows looked at per row of pixels. */
const SUBROWS = 3;
const CURVE_STEPS = 12;

/** The drawing as a PNG of `size` × `size`. */
export function toPng(drawing: Drawing, size: number): Buffer {
  const pixels = background(drawing, size);
  const scale = size / DRAWING_SIZE;
  const { cx, cy, rx, ry, opacity } = SHADOW;
  paint(pixels, size, [scaled(ellipse(cx, cy, rx, ry), scale)], toRgb(drawing.shadow), opacity);
  for (const part of drawing.strokes) {
    const lines = flatten(part.path);
    const width = part.stroke;
    const polygons = width === undefined ? lines : lines.flatMap((line) => outline(line, width));
    const ink = part.isLight ? WHITE : toRgb(drawing.ink);
    paint(
      pixels,
      size,
      polygons.map((polygon) => scaled(polygon, scale)),
      ink,
      part.opacity ?? 1,
    );
  }
  return encode(pixels, size);
}

function background(drawing: Drawing, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  const [lightRed, lightGreen, lightBlue] = toRgb(drawing.light);
  const [red, green, blue] = toRgb(drawing.ground);
  let at = 0;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const dx = x / size - 0.5;
      const dy = y / size - 0.4;
      const share = Math.min(1, Math.sqrt(dx * dx + dy * dy) / 0.75);
      pixels[at++] = lightRed + (red - lightRed) * share;
      pixels[at++] = lightGreen + (green - lightGreen) * share;
      pixels[at++] = lightBlue + (blue - lightBlue) * share;
    }
  }
  return pixels;
}

/** Lays `colour` over the pixels that the polygons cover, edges in part. */
function paint(pixels: Uint8Array, size: number, polygons: Point[][], colour: Rgb, opacity: number): void {
  const heights = polygons.flatMap((polygon) => polygon.map(([, y]) => y));
  const bottom = Math.min(size, Math.ceil(Math.max(...heights)));
  const covered = new Float32Array(size);
  for (let y = Math.max(0, Math.floor(Math.min(...heights))); y < bottom; y += 1) {
    covered.fill(0);
    for (let sub = 0; sub < SUBROWS; sub += 1) {
      for (const [from, to] of spans(polygons, y + (sub + 0.5) / SUBROWS)) {
        for (let x = Math.max(0, Math.floor(from)); x < Math.min(size, Math.ceil(to)); x += 1) {
          covered[x] = (covered[x] ?? 0) + (Math.min(to, x + 1) - Math.max(from, x)) / SUBROWS;
        }
      }
    }
    for (let x = 0; x < size; x += 1) {
      const share = Math.min(1, covered[x] ?? 0) * opacity;
      if (share > 0) blend(pixels, (y * size + x) * 3, colour, share);
    }
  }
}

function blend(pixels: Uint8Array, at: number, [red, green, blue]: Rgb, share: number): void {
  pixels[at] = (pixels[at] ?? 0) * (1 - share) + red * share;
  pixels[at + 1] = (pixels[at + 1] ?? 0) * (1 - share) + green * share;
  pixels[at + 2] = (pixels[at + 2] ?? 0) * (1 - share) + blue * share;
}

/** Where the line at `y` runs inside the polygons (non-zero winding over all of them). */
function spans(polygons: Point[][], y: number): [from: number, to: number][] {
  const crossings: { x: number; turn: number }[] = [];
  for (const polygon of polygons) {
    polygon.forEach(([x1, y1], index) => {
      const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
      if (y1 <= y === y2 <= y) return;
      crossings.push({ x: x1 + ((y - y1) / (y2 - y1)) * (x2 - x1), turn: y2 > y1 ? 1 : -1 });
    });
  }
  crossings.sort((a, b) => a.x - b.x);
  const found: [number, number][] = [];
  let winding = 0;
  let start = 0;
  for (const { x, turn } of crossings) {
    if (winding === 0) start = x;
    winding += turn;
    if (winding === 0) found.push([start, x]);
  }
  return found;
}

/** A line of some width as polygons that all turn the same way. */
function outline(line: Point[], width: number): Point[][] {
  const half = width / 2;
  const polygons: Point[][] = line.slice(1, -1).map(([x, y]) => ellipse(x, y, half, half));
  for (let index = 1; index < line.length; index += 1) {
    const [x1, y1] = line[index - 1] ?? [0, 0];
    const [x2, y2] = line[index] ?? [0, 0];
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const dx = ((y2 - y1) / length) * half;
    const dy = ((x2 - x1) / length) * half;
    polygons.push([
      [x1 + dx, y1 - dy],
      [x2 + dx, y2 - dy],
      [x2 - dx, y2 + dy],
      [x1 - dx, y1 + dy],
    ]);
  }
  return polygons;
}

function ellipse(cx: number, cy: number, rx: number, ry: number): Point[] {
  return Array.from({ length: 32 }, (_, index): Point => {
    const angle = (index / 32) * 2 * Math.PI;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** The lines of an SVG path of the commands M L H V C S Q Z, in both cases. */
function flatten(path: string): Point[][] {
  const tokens = path.match(/[a-zA-Z]|-?\d*\.?\d+/g) ?? [];
  const lines: Point[][] = [];
  let line: Point[] = [];
  let [x, y, lastX, lastY] = [0, 0, 0, 0];
  let command = "M";
  let at = 0;
  const number = (): number => Number(tokens[at++]);

  while (at < tokens.length) {
    if (/[a-zA-Z]/.test(tokens[at] ?? "")) command = tokens[at++] ?? "";
    const isRelative = command === command.toLowerCase();
    const point = (): Point => [number() + (isRelative ? x : 0), number() + (isRelative ? y : 0)];
    const start: Point = [x, y];
    let control: Point | null = null;
    let end: Point = [x, y];
    switch (command.toUpperCase()) {
      case "M":
        end = point();
        line = [];
        lines.push(line);
        command = isRelative ? "l" : "L";
        break;
      case "L":
        end = point();
        break;
      case "H":
        end = [number() + (isRelative ? x : 0), y];
        break;
      case "V":
        end = [x, number() + (isRelative ? y : 0)];
        break;
      case "C":
      case "S": {
        const first: Point = command.toUpperCase() === "C" ? point() : [2 * x - lastX, 2 * y - lastY];
        const second = point();
        end = point();
        line.push(...curve([start, first, second, end]));
        control = second;
        break;
      }
      case "Q": {
        const middle = point();
        end = point();
        line.push(...curve([start, middle, end]));
        break;
      }
      default:
        continue;
    }
    line.push(end);
    [x, y] = end;
    [lastX, lastY] = control ?? end;
  }
  return lines;
}

/** Points along a Bézier curve, without its ends (de Casteljau). */
function curve(controls: Point[]): Point[] {
  const points: Point[] = [];
  for (let step = 1; step < CURVE_STEPS; step += 1) {
    const share = step / CURVE_STEPS;
    let level = controls;
    while (level.length > 1) {
      level = level.slice(1).map(([x, y], index): Point => {
        const [fromX, fromY] = level[index] ?? [x, y];
        return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
      });
    }
    points.push(level[0] ?? [0, 0]);
  }
  return points;
}

function scaled(polygon: Point[], scale: number): Point[] {
  return polygon.map(([x, y]): Point => [x * scale, y * scale]);
}

function toRgb([hue, saturation, lightness]: Hsl): Rgb {
  const strength = (saturation / 100) * Math.min(lightness / 100, 1 - lightness / 100);
  const channel = (offset: number): number => {
    const turn = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness / 100 - strength * Math.max(-1, Math.min(turn - 3, 9 - turn, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function encode(pixels: Uint8Array, size: number): Buffer {
  const row = size * 3;
  const filtered = Buffer.alloc(size * (row + 1));
  for (let y = 0; y < size; y += 1) {
    // Filter 1: each byte as the difference from the pixel before.
    filtered[y * (row + 1)] = 1;
    for (let x = 0; x < row; x += 1) {
      const before = x < 3 ? 0 : (pixels[y * row + x - 3] ?? 0);
      filtered[y * (row + 1) + 1 + x] = ((pixels[y * row + x] ?? 0) - before) & 0xff;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(filtered, { level: 3 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
