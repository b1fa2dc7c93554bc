// Our elements take the shop's look from what the theme has already put on the page: its ground, its ink, its main button.

type Rgb = readonly [red: number, green: number, blue: number];

export type Look = { font: string; ground: string; ink: string; accent: string; onAccent: string; radius: string };

/** Buttons that themes give their main colour, the most telling first. */
const BUTTONS = [
  "form[action*='/cart/add'] [type=submit]",
  "[name=checkout]",
  ".button--primary",
  ".btn--primary",
  ".button:not(.button--secondary)",
  ".btn",
];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [18, 18, 18];

/** @param accent the merchant's own colour for our buttons; null: the theme's */
export function readLook(accent: string | null): Look {
  const body = getComputedStyle(document.body);
  const ground =
    toRgb(body.backgroundColor) ?? toRgb(getComputedStyle(document.documentElement).backgroundColor) ?? WHITE;
  const ink = firstReadable(ground, 4.5, [toRgb(body.color), BLACK, WHITE]);
  const button = findButton(ground);
  const fill = firstReadable(ground, 3, [accent ? toRgb(accent) : undefined, button?.fill, ink]);
  const onFill = firstReadable(fill, 4.5, [fill === button?.fill ? button.ink : undefined, WHITE, BLACK]);
  return {
    font: body.fontFamily,
    ground: css(ground),
    ink: css(ink),
    accent: css(fill),
    onAccent: css(onFill),
    radius: `${Math.min(button?.radius ?? 8, 28)}px`,
  };
}

function findButton(ground: Rgb): { fill: Rgb; ink: Rgb | undefined; radius: number } | undefined {
  for (const selector of BUTTONS) {
    for (const element of [...document.querySelectorAll<HTMLElement>(selector)].slice(0, 5)) {
      const style = getComputedStyle(element);
      const fill = toRgb(style.backgroundColor);
      if (fill && contrast(fill, ground) >= 3 && !element.matches(":disabled")) {
        return { fill, ink: toRgb(style.color), radius: parseFloat(style.borderTopLeftRadius) || 0 };
      }
    }
  }
  return undefined;
}

/** Any CSS colour as the browser paints it; undefined when it is see-through. */
function toRgb(color: string): Rgb | undefined {
  // What browsers nearly always answer. The canvas is for the rest (oklch, color(display-p3 …)) and slow.
  const parts = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(color);
  if (parts) return Number(parts[4] ?? 1) < 0.8 ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3])];

  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return alpha! < 204 ? undefined : [red!, green!, blue!];
}

function firstReadable(ground: Rgb, ratio: number, candidates: (Rgb | undefined)[]): Rgb {
  const last = contrast(WHITE, ground) > contrast(BLACK, ground) ? WHITE : BLACK;
  return candidates.find((color) => color && contrast(color, ground) >= ratio) ?? last;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Rgb, b: Rgb): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(color: Rgb): string {
  return `rgb(${color.join(" ")})`;
}
