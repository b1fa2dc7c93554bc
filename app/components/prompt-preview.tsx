import type { PromptTexts } from "../shop-settings.ts";
import { isRightToLeft } from "./text-direction.ts";

/** Our opt-in prompt with these texts, laid out as in the shop, in a neutral look: the real one takes the theme's fonts and colours. */
export function PromptPreview({ texts, locale, shopName }: { texts: PromptTexts; locale: string; shopName: string }) {
  return (
    <div className="bk-prompt-stage">
      <div
        className="bk-prompt"
        lang={locale}
        dir={isRightToLeft(locale) ? "rtl" : "ltr"}
        role="img"
        aria-label={`The prompt in ${locale}`}
      >
        <span className="bk-prompt-icon" aria-hidden>
          {(shopName.trim()[0] ?? "?").toUpperCase()}
        </span>
        <div>
          <div className="bk-prompt-title">{texts.title || "\u00a0"}</div>
          <div className="bk-prompt-body">{texts.body || "\u00a0"}</div>
        </div>
        <div className="bk-prompt-buttons">
          <span className="bk-prompt-accept">{texts.accept || "\u00a0"}</span>
          <span className="bk-prompt-dismiss">{texts.dismiss || "\u00a0"}</span>
        </div>
      </div>
    </div>
  );
}
