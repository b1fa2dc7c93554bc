import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FILE = path.join("public", "beckon-sw.js");

let cached: { text: string; modifiedAtMs: number } | undefined;

/**
 * The service worker, built from storefront/worker, with the app's own address for receipts when the shop's path fails.
 *
 * @throws when it was not built
 */
export function workerScript(appUrl: string): string {
  const file = path.join(projectFolder(), FILE);
  const { mtimeMs } = statSync(file);
  if (cached?.modifiedAtMs !== mtimeMs) cached = { text: readFileSync(file, "utf8"), modifiedAtMs: mtimeMs };
  return `self.BECKON_APP=${JSON.stringify(appUrl)};\n${cached.text}`;
}

/** From the sources or from the built bundle: the nearest folder above with a package.json. */
function projectFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      statSync(path.join(folder, "package.json"));
      return folder;
    } catch {
      const parent = path.dirname(folder);
      if (parent === folder) throw new Error(`${FILE} is missing: run npm run build`);
      folder = parent;
    }
  }
}
