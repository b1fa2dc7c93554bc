import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** A push service's name led to an address that is not on the public internet: nothing was connected. */
export class BlockedAddressError extends Error {
  readonly code = "EBLOCKEDADDRESS";

  constructor(hostname: string) {
    super(`${hostname} resolves to an address that is not public`);
    this.name = "BlockedAddressError";
  }
}

/**
 * A `lookup` for `net.connect` and `tls.connect` that yields public addresses only. Because the socket connects to what
 * this returns, a name that changes its address between check and use (DNS rebinding) gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "");
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const first = allowed[0];
    if (!first) return callback(new BlockedAddressError(hostname), "");
    if (options.all) return callback(null, allowed satisfies LookupAddress[]);
    callback(null, first.address, first.family);
  });
};

/** Whether an IP address is ordinary public unicast: not loopback, private, link-local, metadata, multicast or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address); // ::ffff:10.0.0.1 becomes 10.0.0.1
  const range = parsed.range();
  // NAT64 puts the real IPv4 address into the last four bytes; networks without IPv4 reach everything so.
  if (range === "rfc6052") return isPublicAddress(parsed.toByteArray().slice(-4).join("."));
  return range === "unicast";
}
