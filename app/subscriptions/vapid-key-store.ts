/** A shop's VAPID key pair. `privateKey` is encrypted with context `vapid:SHOP`. */
export type VapidKey = {
  id: number;
  shop: string;
  /** base64url, uncompressed P-256 point. */
  publicKey: string;
  privateKey: string;
  isCurrent: boolean;
  createdAt: Date;
};

export type VapidKeyStore = {
  /** The key new subscriptions are made with. */
  current(shop: string): Promise<VapidKey | null>;
  byId(shop: string, id: number): Promise<VapidKey | null>;
  list(shop: string): Promise<VapidKey[]>;
  /** Adds a pair and makes it the current one; subscriptions made with older ones go on being sent to with theirs. */
  add(shop: string, pair: { publicKey: string; privateKey: string }, now: Date): Promise<VapidKey>;
  /** Adds the pair only when the shop has none, so that two installs at once make one. */
  ensure(shop: string, pair: { publicKey: string; privateKey: string }, now: Date): Promise<VapidKey>;
};
