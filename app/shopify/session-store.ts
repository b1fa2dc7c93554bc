/** A Shopify session as stored: `payload` is encrypted, because it holds access and refresh tokens. */
export type StoredSession = { id: string; shop: string; payload: string };

export type SessionStore = {
  /** Adds the session, or replaces the one with its id. `machineNow` is kept as the time of the change. */
  store(session: StoredSession, machineNow: Date): Promise<void>;
  load(id: string): Promise<StoredSession | null>;
  delete(ids: string[]): Promise<void>;
  findByShop(shop: string): Promise<StoredSession[]>;
  /** After an uninstall: the tokens are worthless, and not ours to keep. */
  deleteOfShop(shop: string): Promise<void>;
};
