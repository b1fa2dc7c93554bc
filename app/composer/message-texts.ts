import type { ButtonDoes } from "./buttons.ts";

/** One language's texts of a message. `title`, `body` and the buttons' titles are Liquid. */
export type MessageText = {
  title: string;
  body: string;
  /** Where a click leads; null or absent: where the journey leads. */
  url?: string | null;
  /** Absent: the product's picture; null: none. */
  image?: string | null;
  icon?: string | null;
  actions?: { action: string; title: string; url?: string | null; does?: ButtonDoes | null | undefined }[];
  requireInteraction?: boolean;
};

/** Texts by language tag. */
export type TextsByLocale = Record<string, MessageText>;
