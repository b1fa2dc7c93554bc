import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,simulator,storefront,scripts,tests,bench}/**/*.test.{ts,tsx}"],
    exclude: ["tests/browser/**", "**/node_modules/**"],
    environment: "node",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    setupFiles: ["tests/support/setup.ts"],
  },
});
