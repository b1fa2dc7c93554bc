import { existsSync, statfsSync } from "node:fs";
import path from "node:path";
import { createKeyring, decrypt } from "../../app/encryption.server.ts";
import { vapidContext } from "../../app/shopify/install-shop.server.ts";
import { storeOf } from "../../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../../app/store/sqlite/database.server.ts";
import type { Store } from "../../app/store/store.ts";
import { note, ok, problem, reasonOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const CHECK = "database";
const FEW_FREE_BYTES = 1_073_741_824;

/** Opens the database without migrating it. The caller closes the store. */
export function openStore(databaseFile: string): { store: Store | null; findings: Finding[] } {
  if (!existsSync(databaseFile)) {
    return { store: null, findings: [note(CHECK, `${databaseFile} does not exist yet: the first start makes it`)] };
  }
  try {
    return { store: storeOf(openDatabase({ file: databaseFile, asItIs: true })), findings: [] };
  } catch (error) {
    const fix = "Check the path and who may read and write it; restore a backup if the file is damaged.";
    return { store: null, findings: [problem(CHECK, `${databaseFile} cannot be opened (${reasonOf(error)})`, fix)] };
  }
}

export async function checkDatabase(store: Store, databaseFile: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const fault = await store.health.problem();
  if (fault) {
    findings.push(problem(CHECK, fault, "Start the app once to migrate; check who may write the file, and the disk."));
  }
  const corruption = await store.health.corruption();
  if (corruption) {
    findings.push(problem(CHECK, `The file is damaged: ${corruption}`, "Stop the app and restore the last backup."));
  }
  const disk = statfsSync(path.dirname(path.resolve(databaseFile)));
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes < FEW_FREE_BYTES) {
    findings.push(problem(CHECK, `${Math.round(freeBytes / 1_048_576)} MiB are free on its disk`, "Make room."));
  }
  const discarded = (await store.jobs.counts()).filter(({ state }) => state === "discarded");
  const count = discarded.reduce((sum, row) => sum + row.count, 0);
  if (count > 0) {
    const kinds = discarded.map(({ kind }) => kind).join(", ");
    findings.push(note(CHECK, `${count} jobs of the last 7 days failed for good (${kinds}): see the log`));
  }
  return findings.length > 0 ? findings : [ok(CHECK, `${databaseFile} is sound, up to date and can be written`)];
}

/** Whether ENCRYPTION_KEY still decrypts what is stored. */
export async function checkEncryption(store: Store, encryptionKeys: string[], shops: string[]): Promise<Finding[]> {
  const check = "encryption";
  if (encryptionKeys.length === 0 || shops.length === 0) return [];
  const keyring = createKeyring(encryptionKeys);
  const unreadable: string[] = [];
  for (const shop of shops) {
    const key = await store.vapidKeys.current(shop);
    if (!key) continue;
    try {
      decrypt(keyring, key.privateKey, vapidContext(shop));
    } catch {
      unreadable.push(shop);
    }
  }
  if (unreadable.length === 0) return [ok(check, "ENCRYPTION_KEY decrypts what is stored")];
  const fix = "Put the key that was used before behind the new one, separated by a comma.";
  return [problem(check, `ENCRYPTION_KEY does not decrypt the keys of ${unreadable.join(", ")}`, fix)];
}
