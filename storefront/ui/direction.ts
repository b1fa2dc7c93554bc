import { RIGHT_TO_LEFT } from "../locales.ts";

export function directionOf(locale: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.includes(locale.toLowerCase().split("-")[0]!) ? "rtl" : "ltr";
}
