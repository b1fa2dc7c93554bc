import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  ssr: {
    // Bundled, so that starting is quick (drizzle-orm) and browser-only packages resolve in the server bundle.
    noExternal: [/^drizzle-orm/, /^@shopify\/polaris/],
  },
  build: { target: "es2022", assetsInlineLimit: 0 },
});
