import path from "node:path";
import { problemOf } from "./folder-order.ts";

// Our own rules for oxlint (.oxlintrc.json, `jsPlugins`).

const ROOT = path.join(import.meta.dirname, "..", "..");

type Specifier = { importKind?: "type" | "value" };
type ImportNode = {
  source: { type: string; value?: unknown } | null;
  importKind?: "type" | "value";
  exportKind?: "type" | "value";
  specifiers?: Specifier[];
};
type RuleContext = { filename: string; report(problem: { node: ImportNode; message: string }): void };

/** A folder imports only what stands to its right. */
const folderOrder = {
  create(context: RuleContext) {
    const from = path.relative(ROOT, context.filename).split(path.sep).join("/");
    const check = (node: ImportNode, isType: boolean) => {
      const specifier = node.source?.value;
      if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
      const to = path.posix.join(path.posix.dirname(from), specifier);
      const problem = problemOf({ from, to, isType });
      if (problem) context.report({ node, message: `${to}: ${problem} (docs/architecture.md)` });
    };
    return {
      ImportDeclaration(node: ImportNode) {
        const named = node.specifiers ?? [];
        const areAllTypes = named.length > 0 && named.every(({ importKind }) => importKind === "type");
        check(node, node.importKind === "type" || areAllTypes);
      },
      ExportNamedDeclaration: (node: ImportNode) => check(node, node.exportKind === "type"),
      ExportAllDeclaration: (node: ImportNode) => check(node, node.exportKind === "type"),
      ImportExpression: (node: ImportNode) => check(node, false),
      TSImportType: (node: ImportNode) => check(node, true),
    };
  },
};

export default { meta: { name: "beckon" }, rules: { "folder-order": folderOrder } };
