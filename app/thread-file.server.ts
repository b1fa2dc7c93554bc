import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where the program of a worker thread lies: `NAME.js` beside the built bundle, as the build makes it, else the source
 * `NAME.server.ts` beside the module that asks, which Node runs as it is.
 *
 * @param moduleUrl `import.meta.url` of the module that starts the thread
 */
export function threadFile(moduleUrl: string, name: string): string {
  const folder = path.dirname(fileURLToPath(moduleUrl));
  const built = path.join(folder, `${name}.js`);
  return existsSync(built) ? built : path.join(folder, `${name}.server.ts`);
}
