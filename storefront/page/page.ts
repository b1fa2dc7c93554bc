import type { PageData } from "../core.ts";

export const page: PageData = JSON.parse(document.getElementById("beckon-data")!.textContent!);

/** Whether this browser may show notifications; undefined where it cannot at all (an iPhone's tab). */
export function permission(): NotificationPermission | undefined {
  // Where there is one there is the other; Safari on an iPhone has neither in a tab.
  return window.PushManager && Notification.permission;
}
