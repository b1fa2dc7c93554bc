/** Who fetches links to show or index them. Narrower than bot lists: programs of the shop's own are no previews. */
const LOOKS_AT_LINKS =
  /bot\b|crawl|spider|preview|slurp|facebookexternalhit|whatsapp|telegram|slack|discord|skype|embedly|bitly|scanner|safelinks|barracuda|proofpoint|mimecast|lighthouse|headless.*prerender|google-(read|inspect|safety)/i;

/** Whether a request opens the page, rather than fetches it ahead of or instead of a person. */
export function isOpenedByPerson(request: Request): boolean {
  if (request.method !== "GET") return false;
  const { headers } = request;
  const purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"].map((name) => headers.get(name) ?? "");
  if (purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose))) return false;
  // A browser that says what the answer is for says "document" when a person opens a link.
  const destination = headers.get("sec-fetch-dest");
  if (destination !== null && destination !== "document" && destination !== "empty") return false;
  return !LOOKS_AT_LINKS.test(headers.get("user-agent") ?? "");
}
