import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { BlockedAddressError, isPublicAddress, publicLookup } from "./public-lookup.server.ts";

test.each(["8.8.8.8", "142.250.74.170", "2a00:1450:4001:80b::200a", "64:ff9b::8.8.8.8"])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  "127.0.0.1",
  "0.0.0.0",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "192.0.2.1",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "fe80::1",
  "fd00:ec2::254",
  "ff02::1",
  "2001:db8::1",
  "64:ff9b::10.0.0.1",
  "2002:7f00:1::",
  "not an address",
  "",
])("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test("a name that leads to this machine is blocked at the moment of connecting", async () => {
  const result = await new Promise((resolve) => {
    publicLookup("localhost", { all: true }, (error, addresses) => resolve(error ?? (addresses as LookupAddress[])));
  });

  expect(result).toBeInstanceOf(BlockedAddressError);
});
