import { save } from "./state.ts";

/** Keeps where the visitor came from: the site that had the link, and the marks of the campaign in the address. */
export function noteSource(): void {
  const { referrer } = document;
  const isOutside = referrer && !referrer.startsWith(location.origin);
  const query = location.search;
  if (isOutside || query.includes("utm_")) save({ referrer: isOutside ? referrer : "", query });
}
