import path from "node:path";

// The order of imports between folders (docs/architecture.md): a folder imports only what stands to its right, so that it
// can be read without knowing anything to its left.

const ORDER = [
  "routes",
  "replay",
  "jobs",
  "rest-api",
  "shopify",
  "storefront-pages",
  "direct",
  "api-keys",
  "reports",
  "attribution",
  "receipts",
  "campaigns",
  "journeys",
  "composer",
  "recommendations",
  "articles",
  "sender",
  "events",
  "subscriptions",
  "scheduler",
  "calendar",
  "store",
];

/** Modules directly in app/ that any folder may import: facts, clocks, cryptography, configuration. */
const COMPOSITION = new Set([
  "services.server.ts",
  "start.server.ts",
  "entry.server.tsx",
  "root.tsx",
  "shopify.server.ts",
]);

export type Import = { from: string; to: string; isType: boolean };

/**
 * @param from file that imports, from the repository's root
 * @param to file that is imported, likewise; packages are not asked about
 * @returns what is wrong with the import, in a sentence, or null
 */
export function problemOf({ from, to, isType }: Import): string | null {
  const [fromTop, toTop] = [topOf(from), topOf(to)];
  // What tests and tools join is their own affair; what runs must not lean on them.
  if (["tests", "bench", "scripts"].includes(fromTop) || isTest(from)) return null;
  if (["tests", "bench", "scripts"].includes(toTop)) return `${toTop}/ is not there in production`;

  if (fromTop === "simulator" && toTop === "app") return "the simulated store must not know the app it is to test";
  if (fromTop === "app" && toTop === "simulator") return "the app must not know the simulated store";
  if (fromTop === "simulator" && toTop === "storefront") return "the simulated store serves the built files only";
  if (fromTop === "storefront" && toTop === "app") {
    const isFact = to === "app/storefront-config.ts" || (isType && to === "app/shop-settings.ts");
    return isFact
      ? null
      : "the storefront may know app/storefront-config.ts and the types of app/shop-settings.ts only";
  }
  if (fromTop === "storefront" && toTop === "simulator") return "the storefront must not know the simulated store";
  if (fromTop === "app" && toTop === "storefront") {
    const isFact = ["storefront/locales.ts", "storefront/manifest.ts"].includes(to);
    return isFact ? null : "the app may know storefront/locales.ts and storefront/manifest.ts only";
  }
  if (fromTop !== "app" || toTop !== "app") return null;
  return problemInApp(from, to, isType);
}

function problemInApp(from: string, to: string, isType: boolean): string | null {
  const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
  if (fromFolder === toFolder && fromFolder !== null) return null;

  if (toFolder === null) return problemWithComposition(from, fromFolder, to);
  if (fromFolder === null) return null;
  if (toFolder === "components") return fromFolder === "routes" ? null : "only routes import components";
  if (fromFolder === "components") {
    return isType || !to.includes(".server.") ? null : "components run in the browser too and import no .server module";
  }
  if (fromFolder === "store") return isType ? null : "store/ imports only types from the domain";
  // What the Admin API can do (types, operations) is known everywhere; who acts on it is named in docs/architecture.md.
  if (toFolder === "shopify" && (isType || !to.includes(".server."))) return null;
  if (toFolder === "shopify" && ["composer", "attribution"].includes(fromFolder)) return null;

  const [left, right] = [ORDER.indexOf(fromFolder), ORDER.indexOf(toFolder)];
  if (left === -1 || right === -1) {
    return `the folder ${left === -1 ? fromFolder : toFolder} has no place in the order yet`;
  }
  return left < right ? null : `${toFolder}/ stands left of ${fromFolder}/`;
}

/** services.server.ts is the composition root: who imports it cannot be given anything else. */
function problemWithComposition(from: string, fromFolder: string | null, to: string): string | null {
  const name = path.basename(to);
  if (!COMPOSITION.has(name) || fromFolder === null) return null;
  if (name === "services.server.ts" && ["routes", "jobs", "shopify"].includes(fromFolder)) return null;
  if (name === "shopify.server.ts" && ["routes", "jobs", "composer", "attribution"].includes(fromFolder)) return null;
  return `only the edge and jobs may import app/${name}: take what you need as an argument (${path.dirname(from)})`;
}

function topOf(file: string): string {
  return file.split("/")[0] ?? "";
}

/** The folder of app/ a file lies in; null for files directly in app/. */
function folderOf(file: string): string | null {
  const parts = file.split("/");
  return parts.length > 2 ? (parts[1] ?? null) : null;
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.startsWith("app/store/conformance");
}
