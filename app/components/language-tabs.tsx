import { languageName } from "./format.ts";

/** Chooses a language to edit. `marked` ones have words of their own or a problem, and show a dot. */
export function LanguageTabs({
  languages,
  chosen,
  marked = [],
  isMarkedWrong = false,
  onChoose,
}: {
  languages: string[];
  chosen: string;
  marked?: string[];
  isMarkedWrong?: boolean;
  onChoose: (language: string) => void;
}) {
  return (
    <div className="bk-tabs" role="tablist" aria-label="Language">
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          role="tab"
          aria-selected={language === chosen}
          className="bk-tab"
          onClick={() => onChoose(language)}
        >
          {languageName(language)}
          {marked.includes(language) ? (
            <span
              className={isMarkedWrong ? "bk-dot bk-dot-critical" : "bk-dot"}
              role="img"
              aria-label={isMarkedWrong ? "needs another look" : "edited"}
            />
          ) : null}
        </button>
      ))}
    </div>
  );
}
