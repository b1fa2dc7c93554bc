import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

// Builds what runs in shoppers' browsers. Shopify's tool takes only finished files inside an extension, so the sources lie
// in storefront/ and the results are committed; a test proves that they are current.
//
//   node scripts/build-storefront.ts

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const ASSETS = "extensions/beckon/assets";

/** Built file, by path from the repository's root, and the module it is built from. */
const BUNDLES: Readonly<Record<string, string>> = {
  [`${ASSETS}/beckon.js`]: "storefront/page/main.ts",
  [`${ASSETS}/beckon-cart.js`]: "storefront/cart/main.ts",
  [`${ASSETS}/beckon-subscribe.js`]: "storefront/subscribe/main.ts",
  [`${ASSETS}/beckon-prompt.js`]: "storefront/prompt/main.ts",
  [`${ASSETS}/beckon-install.js`]: "storefront/install/main.ts",
  [`${ASSETS}/beckon-exit.js`]: "storefront/exit/main.ts",
  [`${ASSETS}/beckon-bell.js`]: "storefront/bell/main.ts",
  [`${ASSETS}/beckon-stock-alert.js`]: "storefront/stock-alert/main.ts",
  "public/beckon-sw.js": "storefront/worker/main.ts",
  "extensions/beckon-pixel/src/index.js": "storefront/pixel/main.ts",
};

/** Builds everything in memory: text by path from the repository's root. The same sources give the same bytes. */
export async function buildStorefront(): Promise<Map<string, string>> {
  const built = await Promise.all(
    Object.entries(BUNDLES).map(async ([path, source]) => {
      const { outputFiles } = await build({
        absWorkingDir: ROOT,
        entryPoints: [source],
        bundle: true,
        minify: true,
        write: false,
        format: "iife",
        // Browsers of 2021 and later: every one that has web push and many that have not.
        target: "es2021",
        charset: "utf8",
        legalComments: "none",
        logLevel: "error",
      });
      return [path, outputFiles[0]!.text] as const;
    }),
  );
  return new Map(built);
}

/** Bytes that travel, as a content network would send them at its best. */
export function gzipBytes(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await buildStorefront()) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
    console.log(
      `${path.padEnd(48)} ${String(text.length).padStart(6)} bytes ${String(gzipBytes(text)).padStart(6)} gzip`,
    );
  }
}
