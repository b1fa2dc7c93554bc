import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

// The order of imports between folders (docs/architecture.md): a folder imports only what stands to its right, so that it
// can be read without knowing anything to its left.

const ROOT = path.join(import.meta.dirname, "..");

const ORDER = [
  "routes",
  "jobs",
  "rest-api",
  "shopify",
  "storefront-pages",
  "direct",
  "api-keys",
  "reports",
  "attribution",
  "receipts",
  "journeys",
  "composer",
  "recommendations",
  "sender",
  "events",
  "subscriptions",
  "scheduler",
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

/** The relative imports of a source text, as written. Types are told apart, also one by one. */
export function importsOf(file: string, text: string): { specifier: string; isType: boolean }[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: { specifier: string; isType: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const areAllTypes =
        !!named && ts.isNamedImports(named) && !clause.name && named.elements.every(({ isTypeOnly }) => isTypeOnly);
      found.push({ specifier: node.moduleSpecifier.text, isType: Boolean(clause?.isTypeOnly) || areAllTypes });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ specifier: node.moduleSpecifier.text, isType: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push({ specifier: argument.text, isType: false });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal))
        found.push({ specifier: node.argument.literal.text, isType: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter(({ specifier }) => specifier.startsWith("."));
}

function main(): void {
  const problems: string[] = [];
  let count = 0;
  for (const top of ["app", "simulator", "storefront"]) {
    for (const from of sourceFiles(top)) {
      for (const { specifier, isType } of importsOf(from, readFileSync(path.join(ROOT, from), "utf8"))) {
        count += 1;
        const to = path.posix.join(path.posix.dirname(from), specifier);
        const problem = problemOf({ from, to, isType });
        if (problem) problems.push(`${from} imports ${to}: ${problem}`);
      }
    }
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) {
    process.stderr.write(`${problems.length} imports against the order in docs/architecture.md\n`);
    process.exit(1);
  }
  process.stdout.write(`${count} imports follow the order of the folders\n`);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx)$/.test(name) && !name.includes("node_modules"))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")));
}

if (import.meta.main) main();
