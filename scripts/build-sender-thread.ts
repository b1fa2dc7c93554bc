import { join } from "node:path";
import { build } from "esbuild";

// The sending thread as one plain file beside the server: a thread that strips types itself needs 20 MB more.

const ROOT = join(import.meta.dirname, "..");

await build({
  entryPoints: [join(ROOT, "app/sender/sender-thread.server.ts")],
  outfile: join(ROOT, "build/server/sender-thread.js"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  packages: "external",
  logLevel: "warning",
});
