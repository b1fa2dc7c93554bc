import { expect, test } from "vitest";
import { checkEndpoint, createEndpointPolicy } from "./check-endpoint.server.ts";

const BUILT_IN = createEndpointPolicy([]);
const LOCAL = createEndpointPolicy([
  { host: "127.0.0.1", port: 8443 },
  { host: "push.example.com", port: 443 },
]);

test.each([
  ["https://fcm.googleapis.com/fcm/send/abc:def", "fcm.googleapis.com"],
  ["https://fcm.googleapis.com:443/wp/abc", "fcm.googleapis.com"],
  ["https://android.googleapis.com/gcm/send/abc", "android.googleapis.com"],
  ["https://jmt17.google.com/fcm/send/abc", "jmt17.google.com"],
  ["https://updates.push.services.mozilla.com/wpush/v2/abc", "updates.push.services.mozilla.com"],
  ["https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d", "wns2-par02p.notify.windows.com"],
  ["https://web.push.apple.com/QABC", "web.push.apple.com"],
])("knows the push service of %s", (endpoint, pushService) => {
  expect(checkEndpoint(endpoint, BUILT_IN)).toMatchObject({ ok: true, pushService, isOperatorHost: false });
});

test.each([
  ["http", "http://fcm.googleapis.com/x"],
  ["another scheme", "ftp://fcm.googleapis.com/x"],
  ["no scheme", "fcm.googleapis.com/x"],
  ["an unknown host", "https://example.com/x"],
  ["a host that only ends alike", "https://evilfcm.googleapis.com/x"],
  ["a wildcard's own name", "https://push.apple.com/x"],
  ["a name that only ends like a wildcard", "https://evilpush.apple.com/x"],
  ["an empty label before a wildcard", "https://.push.apple.com/x"],
  ["a known host in front of another", "https://fcm.googleapis.com.example.com/x"],
  ["another port", "https://fcm.googleapis.com:8443/x"],
  ["user info", "https://user:secret@fcm.googleapis.com/x"],
  ["a known host as user info", "https://fcm.googleapis.com@example.com/x"],
  ["a backslash", "https://example.com\\@fcm.googleapis.com/x"],
  ["a final dot", "https://fcm.googleapis.com./x"],
  ["a percent-encoded host", "https://fcm%2egoogleapis.com/x"],
  ["full-width dots", "https://fcm。googleapis。com/x"],
  ["a tab inside", "https://fcm.goo\tgleapis.com/x"],
  ["white space in front", " https://fcm.googleapis.com/x"],
  ["a fragment for a path", "https://fcm.googleapis.com#/x"],
  ["loopback", "https://127.0.0.1/x"],
  ["loopback by name", "https://localhost/x"],
  ["loopback in IPv6", "https://[::1]/x"],
  ["loopback as one number", "https://2130706433/x"],
  ["loopback in hexadecimal", "https://0x7f.1/x"],
  ["loopback in octal", "https://0177.0.0.1/x"],
  ["IPv4 inside IPv6", "https://[::ffff:169.254.169.254]/x"],
  ["the cloud's metadata", "https://169.254.169.254/latest/meta-data"],
  ["a private address", "https://10.0.0.1/x"],
  ["nothing", ""],
  ["too long an address", `https://fcm.googleapis.com/${"x".repeat(2_048)}`],
])("refuses %s", (_name, endpoint) => {
  expect(checkEndpoint(endpoint, BUILT_IN)).toEqual({ ok: false, problem: expect.any(String) });
});

test("takes the operator's own hosts on the ports he named, loopback too", () => {
  expect(checkEndpoint("https://127.0.0.1:8443/push/abc", LOCAL)).toMatchObject({
    ok: true,
    pushService: "127.0.0.1:8443",
    isOperatorHost: true,
  });
  expect(checkEndpoint("https://push.example.com/abc", LOCAL)).toMatchObject({ ok: true, isOperatorHost: true });
});

test.each([
  ["another port of his host", "https://127.0.0.1:8444/x"],
  ["the same address written otherwise", "https://2130706433:8443/x"],
  ["http", "http://127.0.0.1:8443/x"],
  ["a host below his", "https://a.push.example.com/x"],
])("refuses %s all the same", (_name, endpoint) => {
  expect(checkEndpoint(endpoint, LOCAL).ok).toBe(false);
});

test("takes an address of 2,048 characters and none longer", () => {
  const longest = `https://fcm.googleapis.com/${"x".repeat(2_048 - 27)}`;

  expect(longest).toHaveLength(2_048);
  expect(checkEndpoint(longest, BUILT_IN).ok).toBe(true);
  expect(checkEndpoint(`${longest}x`, BUILT_IN).ok).toBe(false);
});
