import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./app/store/sqlite/schema.server.ts",
  out: "./drizzle",
});
