import type { Shape } from "./catalogue-data.ts";

const SHAPES: Record<Shape, string> = {
  top: `<path d="M280 240l80-40c20 40 60 40 80 0l80 40 60 110-70 40-20-40v220H310V350l-20 40-70-40z"/>`,
  bottom: `<path d="M300 190h200l40 410H430l-30-250-30 250H260z"/>`,
  shoe: `<path d="M190 420c60 0 120-40 160-110 50 50 130 70 200 80 50 10 70 40 70 90H190z"/><path d="M180 490h450v36H200z" opacity=".6"/>`,
  bag: `<path d="M240 330h320l40 260H200z"/><path d="M310 330c0-130 180-130 180 0" fill="none" stroke="currentColor" stroke-width="26"/>`,
  cup: `<path d="M270 270h230v210c0 60-40 90-115 90s-115-30-115-90z"/><path d="M500 320c100-10 100 140 0 130" fill="none" stroke="currentColor" stroke-width="30"/>`,
  bowl: `<path d="M180 350h440c0 140-90 210-220 210S180 490 180 350z"/><path d="M330 570h140v24H330z" opacity=".6"/>`,
  lamp: `<path d="M310 210h180l70 190H240z"/><path d="M390 400h20v170h-20zM310 570h180v28H310z" opacity=".7"/>`,
  cushion: `<path d="M220 260q180-40 360 0 40 140 0 280-180 40-360 0-40-140 0-280z"/>`,
  bottle: `<path d="M360 190h80v70c50 30 60 60 60 110v230H300V370c0-50 10-80 60-110z"/>`,
  book: `<path d="M270 210h250q20 0 20 20v340q0 20-20 20H270z"/><path d="M270 210h40v380h-40z" opacity=".5"/>`,
  tent: `<path d="M400 230l230 330H170z"/><path d="M400 330l80 230H320z" fill="#fff" opacity=".45"/>`,
  jar: `<path d="M290 280h220q30 0 30 40v230q0 40-40 40H300q-40 0-40-40V320q0-40 30-40z"/><path d="M300 220h200v44H300z" opacity=".6"/>`,
  hat: `<path d="M270 440c0-260 260-260 260 0z"/><path d="M220 440h360v64H220z" opacity=".65"/>`,
  sock: `<path d="M320 190h130v230l110 90c50 60-20 120-80 90L320 470z"/>`,
  board: `<path d="M250 250q150-40 300 0v250q-150 40-300 0z"/><circle cx="500" cy="300" r="18" fill="#fff" opacity=".7"/>`,
  plant: `<path d="M400 420c-120-40-150-140-130-210 90 20 130 90 130 210zM400 420c120-40 150-140 130-210-90 20-130 90-130 210z"/><path d="M310 430h180l-24 160H334z" opacity=".7"/>`,
};

/** A drawn picture of a product, 800 × 800: its shape in the product's colour on a paler ground. */
export function productSvg(shape: Shape, hue: number): string {
  const ground = `hsl(${hue} 38% 92%)`;
  const light = `hsl(${hue} 45% 97%)`;
  const ink = `hsl(${hue} 34% 42%)`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="800" height="800" role="img"><defs><radialGradient id="g" cx=".5" cy=".4" r=".75"><stop offset="0" stop-color="${light}"/><stop offset="1" stop-color="${ground}"/></radialGradient></defs><rect width="800" height="800" fill="url(#g)"/><ellipse cx="400" cy="622" rx="210" ry="26" fill="hsl(${hue} 30% 30%)" opacity=".14"/><g fill="${ink}" color="${ink}" stroke-linejoin="round">${SHAPES[shape]}</g></svg>`;
}
