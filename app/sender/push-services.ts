/** Hosts of the browsers' push services, all on port 443. `*.` stands for one or more labels. */
export const BUILT_IN_PUSH_HOSTS = [
  "fcm.googleapis.com",
  "android.googleapis.com",
  "jmt17.google.com",
  "*.push.services.mozilla.com",
  "*.notify.windows.com",
  "*.push.apple.com",
] as const;

/** Who runs a push service: a name for metrics and reports that does not grow with the hosts. */
export type PushVendor = "google" | "mozilla" | "microsoft" | "apple" | "other";

/** @param pushService host of the endpoint, with or without a port */
export function pushVendor(pushService: string): PushVendor {
  const host = pushService.replace(/:\d+$/, "");
  if (host === "fcm.googleapis.com" || host === "android.googleapis.com" || host === "jmt17.google.com")
    return "google";
  if (host.endsWith(".push.services.mozilla.com")) return "mozilla";
  if (host.endsWith(".notify.windows.com")) return "microsoft";
  if (host.endsWith(".push.apple.com")) return "apple";
  return "other";
}

/**
 * Apple's devices ignore tags, report no click, and do not always say what they have shown: there is no hand-over from
 * them, an uncertain marketing message is dropped, and their payload is declarative.
 */
export function isApplePushService(pushService: string): boolean {
  return pushVendor(pushService) === "apple";
}
