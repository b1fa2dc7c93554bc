import { parseArgs } from "node:util";
import { startPushService } from "./push-service.ts";

// node simulator/push/main.ts --port N --ca-file PATH [--host 127.0.0.1] [--ws-port N]
// Prints one JSON line when it serves, and serves until SIGTERM or SIGINT.

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    "ws-port": { type: "string", default: "0" },
    "ca-file": { type: "string" },
  },
});

const caFile = values["ca-file"];
if (!caFile) {
  console.error("usage: node simulator/push/main.ts --port N --ca-file PATH [--host 127.0.0.1] [--ws-port N]");
  process.exit(2);
}

const service = await startPushService({
  port: Number(values.port),
  host: values.host,
  wsPort: Number(values["ws-port"]),
  caFile,
});

console.log(
  JSON.stringify({
    event: "listening",
    url: service.origin,
    wsUrl: service.firefoxUrl,
    caFile,
    chromiumArgs: service.chromiumArgs,
    chromiumHosts: service.chromiumHosts,
  }),
);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    service.close().then(() => process.exit(0));
  });
}
