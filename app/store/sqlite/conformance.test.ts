import { createTestStore } from "../../../tests/support/test-store.ts";
import { storeConformance } from "../conformance.ts";

storeConformance("SQLite", createTestStore);
