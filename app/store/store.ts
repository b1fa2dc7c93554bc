/**
 * All storage of the app. Each part is an interface in the words of the folder that needs it; `sqlite/` fulfils it, and
 * the conformance suite (conformance.ts) says what every engine must do. Every function is async and atomic: it is the
 * unit of work and could be one PostgreSQL transaction.
 */
export type Store = {
  // Parts are added by the folders that need them, e.g. `jobs: JobStore` (scheduler/job-store.ts).
  close(): Promise<void>;
};
