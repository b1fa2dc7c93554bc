import os from "node:os";

/** What a benchmark says about one side. Numbers carry their unit in the name. */
export type Figures = Record<string, unknown>;

/** A peer that was not measured is `null`, with why. */
export type Peer = Figures | { measured: null; reason: string };

/** The one JSON object of a benchmark. All of it comes from the same run. */
export type BenchResult = {
  bench: string;
  machine: Figures;
  ours: Figures;
  peers: Record<string, Peer | null>;
  ratios: Record<string, number | null>;
  limit: Figures;
};

export type TableRow = Record<string, string | number>;

/** The machine and versions that the figures belong to. */
export function describeMachine(versions: Record<string, string> = {}): Figures {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryMb: Math.round(os.totalmem() / 1_048_576),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    openssl: process.versions.openssl,
    load1AtStart: Number((os.loadavg()[0] ?? 0).toFixed(2)),
    at: new Date().toISOString(),
    ...versions,
  };
}

export function notMeasured(reason: string): Peer {
  return { measured: null, reason };
}

/** Prints for people, and with --json one line of JSON at the end. */
export function report(result: BenchResult, rows: TableRow[], notes: string[] = []): void {
  const { cpu, cores, node } = result.machine;
  print(`\nbench ${result.bench} · ${cores} × ${cpu} · Node ${node}\n`);
  print(table(rows));
  for (const [name, value] of Object.entries(result.ratios))
    print(`${name}: ${value === null ? "not measured" : value}`);
  for (const [name, peer] of Object.entries(result.peers)) {
    if (peer && "reason" in peer) print(`${name}: not measured: ${String(peer.reason)}`);
  }
  for (const note of notes) print(note);
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(result)}\n`);
}

function table(rows: TableRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? "").length)));
  return cells
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    )
    .join("\n")
    .concat("\n");
}

/** Progress goes where it does not disturb who reads the result. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
