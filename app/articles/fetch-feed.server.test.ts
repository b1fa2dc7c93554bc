import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createFetchFeed } from "./fetch-feed.server.ts";

const NEVER_READ = { etag: null, lastModified: null };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("asks only for what has changed", async () => {
  const origin = await serve((request, response) => {
    if (request.headers["if-none-match"] === '"v1"') return void response.writeHead(304).end();
    response.writeHead(200, { etag: '"v1"', "last-modified": "Mon, 02 Nov 2026 11:00:00 GMT" }).end("<feed/>");
  });
  const fetchFeed = createFetchFeed(origin);
  const first = await fetchFeed(`${origin}/blogs/news.atom`, NEVER_READ);
  expect(first).toMatchObject({ type: "feed", text: "<feed/>", etag: '"v1"' });
  expect(await fetchFeed(`${origin}/blogs/news.atom`, { etag: '"v1"', lastModified: null })).toEqual({
    type: "unchanged",
  });
});

test.each([
  ["http://feeds.example/x", "not https"],
  ["https://127.0.0.1/x", "loopback"],
  ["https://[::1]/x", "loopback"],
  ["https://2130706433/x", "loopback as one number"],
  ["https://169.254.169.254/latest/meta-data", "metadata"],
  ["https://10.0.0.1/x", "a private network"],
  ["https://localhost/x", "a name of this machine"],
  ["https://user:pass@feeds.example/x", "with a password"],
  ["https://feeds.example:8443/x", "another port"],
])("never connects to %s (%s)", async (url) => {
  expect(await createFetchFeed(null)(url, NEVER_READ)).toEqual({ type: "problem", problem: "not_public" });
});

test("a redirect leads to public addresses only, and not in circles", async () => {
  const origin = await serve((request, response) => {
    const location = request.url === "/in" ? "https://127.0.0.1/secret" : "/round";
    response.writeHead(302, { location }).end();
  });
  const fetchFeed = createFetchFeed(origin);
  expect(await fetchFeed(`${origin}/in`, NEVER_READ)).toEqual({ type: "problem", problem: "not_public" });
  expect(await fetchFeed(`${origin}/round`, NEVER_READ)).toEqual({ type: "problem", problem: "refused" });
});

test("stops reading at two megabytes, and takes errors for what they are", async () => {
  const origin = await serve((request, response) => {
    const status = Number(request.url?.slice(1));
    if (status > 0) return void response.writeHead(status).end();
    response.writeHead(200);
    for (let part = 0; part < 40; part += 1) response.write("x".repeat(100_000));
    response.end();
  });
  const fetchFeed = createFetchFeed(origin);
  const problemOf = async (path: string) => fetchFeed(`${origin}${path}`, NEVER_READ);
  expect(await problemOf("/")).toEqual({ type: "problem", problem: "too_large" });
  expect(await problemOf("/404")).toEqual({ type: "problem", problem: "not_found" });
  expect(await problemOf("/403")).toEqual({ type: "problem", problem: "refused" });
  expect(await problemOf("/503")).toEqual({ type: "problem", problem: "unreachable" });
});
