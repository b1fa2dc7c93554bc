import { useEffect, useRef } from "react";

/**
 * Shopify's own bar for unsaved changes (App Bridge's `ui-save-bar`): it also asks before the merchant leaves the page.
 * Where App Bridge did not load, nothing shows; pages have a Save button of their own.
 */
export function UnsavedChangesBar({
  id,
  isOpen,
  isSaving,
  onSave,
  onDiscard,
}: {
  id: string;
  isOpen: boolean;
  isSaving: boolean;
  onSave: () => void;
  onDiscard: () => void;
}) {
  const bar = useRef<UISaveBarElement>(null);
  useEffect(() => {
    // Without App Bridge the element is an unknown one and has neither.
    const element: Partial<Pick<UISaveBarElement, "show" | "hide">> | null = bar.current;
    if (isOpen) void element?.show?.();
    else void element?.hide?.();
    return () => void element?.hide?.();
  }, [isOpen]);

  // App Bridge reads these attributes of the buttons; React's types do not know them.
  const primary: object = { variant: "primary", ...(isSaving ? { loading: "" } : {}) };
  return (
    <ui-save-bar id={id} ref={bar}>
      <button type="button" {...primary} onClick={onSave} disabled={isSaving}>
        Save
      </button>
      <button type="button" onClick={onDiscard} disabled={isSaving}>
        Discard
      </button>
    </ui-save-bar>
  );
}
