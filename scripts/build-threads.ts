import { join } from "node:path";
import { build } from "esbuild";

// The programs of worker threads as plain files beside the server: a thread that strips types itself needs 20 MB more.

const ROOT = join(import.meta.dirname, "..");

await build({
  entryPoints: {
    "sender-thread": join(ROOT, "app/sender/sender-thread.server.ts"),
    "checkpoint-thread": join(ROOT, "app/store/sqlite/checkpoint-thread.server.ts"),
  },
  outdir: join(ROOT, "build/server"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  packages: "external",
  logLevel: "warning",
});
