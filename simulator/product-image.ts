import type { Shape } from "./catalogue-data.ts";

/** A part of a drawing on 800 × 800: filled, or drawn as a line `stroke` wide. */
export type Stroke = { path: string; opacity?: number; stroke?: number; isLight?: boolean };

/** A drawn product: its shape in the product's colour on a paler ground. Colours are hue, saturation, lightness. */
export type Drawing = { strokes: Stroke[]; ink: Hsl; ground: Hsl; light: Hsl; shadow: Hsl };
export type Hsl = [hue: number, saturation: number, lightness: number];

export const DRAWING_SIZE = 800;
export const SHADOW = { cx: 400, cy: 622, rx: 210, ry: 26, opacity: 0.14 };

const SHAPES: Record<Shape, Stroke[]> = {
  top: [{ path: "M280 240l80-40c20 40 60 40 80 0l80 40 60 110-70 40-20-40v220H310V350l-20 40-70-40z" }],
  bottom: [{ path: "M300 190h200l40 410H430l-30-250-30 250H260z" }],
  shoe: [
    { path: "M190 420c60 0 120-40 160-110 50 50 130 70 200 80 50 10 70 40 70 90H190z" },
    { path: "M180 490h450v36H200z", opacity: 0.6 },
  ],
  bag: [{ path: "M240 330h320l40 260H200z" }, { path: "M310 330c0-130 180-130 180 0", stroke: 26 }],
  cup: [
    { path: "M270 270h230v210c0 60-40 90-115 90s-115-30-115-90z" },
    { path: "M500 320c100-10 100 140 0 130", stroke: 30 },
  ],
  bowl: [
    { path: "M180 350h440c0 140-90 210-220 210S180 490 180 350z" },
    { path: "M330 570h140v24H330z", opacity: 0.6 },
  ],
  lamp: [
    { path: "M310 210h180l70 190H240z" },
    { path: "M390 400h20v170h-20z", opacity: 0.7 },
    { path: "M310 570h180v28H310z", opacity: 0.7 },
  ],
  cushion: [{ path: "M220 260q180-40 360 0q40 140 0 280q-180 40-360 0q-40-140 0-280z" }],
  bottle: [{ path: "M360 190h80v70c50 30 60 60 60 110v230H300V370c0-50 10-80 60-110z" }],
  book: [
    { path: "M270 210h250q20 0 20 20v340q0 20-20 20H270z" },
    { path: "M270 210h40v380h-40z", opacity: 0.5, isLight: true },
  ],
  tent: [{ path: "M400 230l230 330H170z" }, { path: "M400 330l80 230H320z", opacity: 0.45, isLight: true }],
  jar: [
    { path: "M290 280h220q30 0 30 40v230q0 40-40 40H300q-40 0-40-40V320q0-40 30-40z" },
    { path: "M300 220h200v44H300z", opacity: 0.6 },
  ],
  hat: [{ path: "M270 440c0-260 260-260 260 0z" }, { path: "M220 440h360v64H220z", opacity: 0.65 }],
  sock: [{ path: "M320 190h130v230l110 90c50 60-20 120-80 90L320 470z" }],
  board: [
    { path: "M250 250q150-40 300 0v250q-150 40-300 0z" },
    { path: "M482 300c0-24 36-24 36 0s-36 24-36 0z", opacity: 0.7, isLight: true },
  ],
  knife: [
    { path: "M190 380h300v60q-180 20-300-60z" },
    { path: "M500 372h120q20 0 20 24q0 24-20 24H500z", opacity: 0.65 },
  ],
  stool: [
    { path: "M250 320q150-40 300 0v40H250z" },
    { path: "M290 360l-40 240h30l50-240z", opacity: 0.7 },
    { path: "M510 360l40 240h-30l-50-240z", opacity: 0.7 },
    { path: "M388 360h24v220h-24z", opacity: 0.7 },
  ],
  box: [
    { path: "M270 360h260v230H270z" },
    { path: "M250 300h300v60H250z", opacity: 0.8 },
    { path: "M385 300h30v290h-30z", opacity: 0.6, isLight: true },
    { path: "M400 300c-30-90-110-80-90-20 10 20 50 20 90 20", stroke: 18 },
    { path: "M400 300c30-90 110-80 90-20-10 20-50 20-90 20", stroke: 18 },
  ],
  plant: [
    { path: "M400 420c-120-40-150-140-130-210 90 20 130 90 130 210z" },
    { path: "M400 420c120-40 150-140 130-210-90 20-130 90-130 210z" },
    { path: "M310 430h180l-24 160H334z", opacity: 0.7 },
  ],
};

export function drawProduct(shape: Shape, hue: number): Drawing {
  return {
    strokes: SHAPES[shape],
    ink: [hue, 34, 42],
    ground: [hue, 38, 92],
    light: [hue, 45, 97],
    shadow: [hue, 30, 30],
  };
}

/** The drawing as SVG. */
export function toSvg(drawing: Drawing): string {
  const ink = css(drawing.ink);
  const parts = drawing.strokes.map(({ path, opacity = 1, stroke, isLight }) => {
    const colour = isLight ? "#fff" : ink;
    const paint = stroke ? `fill="none" stroke="${colour}" stroke-width="${stroke}"` : `fill="${colour}"`;
    return `<path d="${path}" ${paint}${opacity < 1 ? ` opacity="${opacity}"` : ""}/>`;
  });
  const { cx, cy, rx, ry, opacity } = SHADOW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="800" height="800" role="img">`,
    `<defs><radialGradient id="g" cx=".5" cy=".4" r=".75"><stop offset="0" stop-color="${css(drawing.light)}"/>`,
    `<stop offset="1" stop-color="${css(drawing.ground)}"/></radialGradient></defs>`,
    `<rect width="800" height="800" fill="url(#g)"/>`,
    `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="${css(drawing.shadow)}" opacity="${opacity}"/>`,
    ...parts,
    `</svg>`,
  ].join("");
}

function css([hue, saturation, lightness]: Hsl): string {
  return `hsl(${hue} ${saturation}% ${lightness}%)`;
}
