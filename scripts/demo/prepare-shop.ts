import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { parseShopSettings } from "../../app/shop-settings.ts";
import { createSqliteStore } from "../../app/store/sqlite/create-store.server.ts";
import { databaseFile, shopNow } from "./database.ts";

// Run by the demo after the install: makes a key for the REST API and switches quiet hours and caps off, so that the story
// is told at any hour. Prints {"apiToken"}.

const shop = process.argv[2] ?? "";
const now = await shopNow();
const store = createSqliteStore({ file: databaseFile() });

const installed = await store.shops.get(shop);
if (!installed) throw new Error(`${shop} is not installed`);
const settings = parseShopSettings(installed.settings);
settings.quietHours.enabled = false;
settings.caps.enabled = false;
await store.shops.saveSettings(shop, settings);
const { key } = await createApiKey(store, shop, "Demo", now);
await store.close();

process.stdout.write(JSON.stringify({ apiToken: key }));
