import { createElement, useEffect, useRef } from "react";

type SaveBarElement = HTMLElement & { show?: () => void; hide?: () => void };

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
  const bar = useRef<SaveBarElement>(null);
  useEffect(() => {
    const element = bar.current;
    if (isOpen) element?.show?.();
    else element?.hide?.();
    return () => element?.hide?.();
  }, [isOpen]);

  // App Bridge reads these attributes of the buttons; React's types do not know them.
  const primary: object = { variant: "primary", ...(isSaving ? { loading: "" } : {}) };
  return createElement(
    "ui-save-bar",
    { id, ref: bar },
    <button key="save" type="button" {...primary} onClick={onSave} disabled={isSaving}>
      Save
    </button>,
    <button key="discard" type="button" onClick={onDiscard} disabled={isSaving}>
      Discard
    </button>,
  );
}
