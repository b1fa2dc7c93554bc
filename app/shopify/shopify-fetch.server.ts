/** `fetch`, or its stand-in. */
export type Fetch = typeof globalThis.fetch;

/**
 * The way to Shopify. With a simulated store, what goes to `https://SHOP.myshopify.com/PATH` goes to its loopback address
 * instead, with the host it was meant for in `x-simulated-host`; nothing else is touched.
 */
export function createShopifyFetch(simulatedShopifyUrl: string | null, fetch: Fetch = globalThis.fetch): Fetch {
  if (simulatedShopifyUrl === null) return fetch;
  return (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!url.hostname.endsWith(".myshopify.com")) return fetch(request);

    const headers = new Headers(request.headers);
    headers.set("x-simulated-host", url.host);
    return fetch(`${simulatedShopifyUrl}${url.pathname}${url.search}`, {
      method: request.method,
      headers,
      body: request.body,
      signal: request.signal,
      redirect: request.redirect,
      ...(request.body && { duplex: "half" }),
    } as RequestInit);
  };
}
