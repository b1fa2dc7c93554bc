import { Session } from "@shopify/shopify-api";
import { decrypt, encrypt } from "../encryption.server.ts";
import type { Keyring } from "../encryption.server.ts";
import type { SessionStore } from "./session-store.ts";

// Shopify's own session storages keep tokens in plain text and swallow database errors: see docs/decisions/0003.

/**
 * Session storage for Shopify's library. Tokens are encrypted at rest; a session encrypted with an older key of
 * ENCRYPTION_KEY still loads and is encrypted with the first key when it is next stored.
 *
 * Every function rejects when the database fails. A session that no key decrypts counts as absent: the library then makes
 * a new one by token exchange when the merchant next opens the app.
 *
 * @param onUnreadable told the session's id when it could not be decrypted
 */
export function createSessionStorage(
  { sessions }: { sessions: SessionStore },
  keyring: Keyring,
  machineNow: () => Date,
  onUnreadable: (id: string, error: unknown) => void = () => {},
) {
  function read(id: string, payload: string): Session | undefined {
    try {
      const entries = JSON.parse(decrypt(keyring, payload, contextOf(id))) as ReturnType<Session["toPropertyArray"]>;
      return Session.fromPropertyArray(entries, true);
    } catch (error) {
      onUnreadable(id, error);
      return undefined;
    }
  }

  return {
    async storeSession(session: Session): Promise<boolean> {
      const text = JSON.stringify(session.toPropertyArray(true));
      const payload = encrypt(keyring, text, contextOf(session.id));
      await sessions.store({ id: session.id, shop: session.shop, payload }, machineNow());
      return true;
    },

    async loadSession(id: string): Promise<Session | undefined> {
      const stored = await sessions.load(id);
      return stored ? read(id, stored.payload) : undefined;
    },

    async deleteSession(id: string): Promise<boolean> {
      await sessions.delete([id]);
      return true;
    },

    async deleteSessions(ids: string[]): Promise<boolean> {
      await sessions.delete(ids);
      return true;
    },

    async findSessionsByShop(shop: string): Promise<Session[]> {
      const stored = await sessions.findByShop(shop);
      return stored.map(({ id, payload }) => read(id, payload)).filter((session) => session !== undefined);
    },
  };
}

function contextOf(id: string): string {
  return `session:${id}`;
}
