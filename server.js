// Serves the built app. Plain JavaScript with no import before the version check, so that an old Node says what it needs
// instead of failing on syntax, or silently inside the database's native code.

const OLDEST_NODE = 22;
const STOP_WITHIN_MS = 10_000;
// Load balancers keep their connections for a minute; closing first would cut a request that is under way.
const KEEP_ALIVE_MS = 65_000;
const FROM_ANYWHERE = /^\/(?:proxy\/.*|api\/v1\/.*|receipts|pixel\/events|webhooks)\/?$/;

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  process.stderr.write(
    `Beckon needs Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}. ` +
      "Start it with npm start, which uses the Node that was installed with it.\n",
  );
  process.exit(1);
}

await main();

async function main() {
  const { setFlagsFromString } = await import("node:v8");
  // A long campaign leaves much behind that lived a little too long: V8 would rather grow than look for it.
  setFlagsFromString("--heap-growing-percent=15");
  const { createServer } = await import("node:http");
  const { default: express } = await import("express");
  const { default: compression } = await import("compression");
  const { createRequestHandler } = await import("@remix-run/express");
  const { fileURLToPath } = await import("node:url");
  const folder = fileURLToPath(new URL("build/", import.meta.url));

  const build = await loadBuild(`${folder}server/index.js`);
  const running = await startApp(build);
  const { config, log } = running;

  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((_request, response, next) => {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "strict-origin-when-cross-origin");
    next();
  });
  // No Request can be made of these.
  app.use((request, response, next) => {
    if (!["TRACE", "TRACK", "CONNECT"].includes(request.method)) return next();
    sendProblem(response, 405, "Method not allowed");
  });
  app.use((request, response, next) => {
    if (!isFromAnotherSite(request)) return next();
    sendProblem(response, 403, "This was sent from another site");
  });
  app.use(compression());
  if (config.role === "worker") app.use(onlyForOperators);
  app.use("/assets", express.static(`${folder}client/assets`, { immutable: true, maxAge: "1y", fallthrough: false }));
  app.use(express.static(`${folder}client`, { maxAge: "1h", index: false }));
  app.all(
    "*",
    createRequestHandler({
      build,
      mode: "production",
      getLoadContext: (request) => ({ remoteAddress: request.socket.remoteAddress }),
    }),
  );
  // The last resort: Express would answer with the error's stack.
  app.use((error, _request, response, _next) => {
    const status = Number.isInteger(error.status) && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, "a request failed outside the app");
    if (response.headersSent) response.end();
    else
      sendProblem(
        response,
        status,
        status === 404 ? "Not found" : status < 500 ? "Bad request" : "Something went wrong",
      );
  });

  const { answerRaw } = build.entry.module;
  const server = createServer((request, response) => {
    if (config.role === "worker" || !answerRaw(request, response)) app(request, response);
  });
  server.listen(config.port, config.host);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  server.on("listening", () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : config.port;
    log.info({ event: "listening", host: config.host, port, role: config.role, pid: process.pid }, "listening");
  });
  server.on("error", (error) => {
    process.stderr.write(`Beckon cannot listen on ${config.host}:${config.port}: ${error.message}\n`);
    process.exit(1);
  });

  stopOnSignals(server, running);
}

async function loadBuild(file) {
  const { existsSync } = await import("node:fs");
  if (!existsSync(file)) {
    process.stderr.write("Beckon is not built yet. Run: npm run build\n");
    process.exit(1);
  }
  return import(file);
}

async function startApp(build) {
  try {
    return await build.entry.module.start(process.env);
  } catch (error) {
    // A configuration error is a list for a person; anything else needs its stack.
    const isConfigError = error instanceof Error && error.name === "ConfigError";
    process.stderr.write(`${isConfigError ? error.message : (error?.stack ?? error)}\n`);
    process.exit(1);
  }
}

/**
 * Whether a page elsewhere posts to our pages. Remix answers that with a 500, and with another when the Origin is none.
 * Storefronts, workers and pixels speak from elsewhere by right, and are known by what they send.
 */
function isFromAnotherSite({ method, originalUrl, headers }) {
  // As Remix reads it: dots, also encoded ones, lead elsewhere.
  const path = URL.parse(`http://host${originalUrl}`)?.pathname ?? "";
  if (["GET", "HEAD", "OPTIONS"].includes(method) || FROM_ANYWHERE.test(path)) return false;
  const { origin } = headers;
  if (origin === undefined) return false;
  const host = headers["x-forwarded-host"]?.split(",")[0].trim() || headers.host;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** A worker answers only what an orchestrator asks. */
function onlyForOperators(request, response, next) {
  if (["/healthz", "/readyz", "/metrics"].includes(request.path)) next();
  else response.status(404).type("text/plain").send("This process is a worker\n");
}

function stopOnSignals(server, running) {
  const { log } = running;
  let isStopping = false;
  const end = async (reason, code) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, "stopping");
    // Whatever hangs, the process ends: leases bring its jobs back.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    // Registered before anything is awaited: the last request may end in the meantime.
    const closed = new Promise((resolve) => server.close(resolve));
    const patience = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS * 0.7));
    const idle = setInterval(() => server.closeIdleConnections(), 100);
    server.closeIdleConnections();
    try {
      // Both at once: no job is begun any more, and requests that are under way are answered.
      await Promise.all([running.stopJobs(STOP_WITHIN_MS * 0.7), Promise.race([closed, patience])]);
      clearInterval(idle);
      server.closeAllConnections();
      await running.stop(0);
    } catch (error) {
      log.error({ err: error }, "stopping failed");
    }
    process.exit(code);
  };
  process.on("SIGTERM", () => void end("SIGTERM", 0));
  process.on("SIGINT", () => void end("SIGINT", 0));
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => {
      log.fatal({ err: error }, event);
      void end(event, 1);
    });
  }
}

/** Problem details (RFC 9457), as everywhere else. */
function sendProblem(response, status, title) {
  const body = { type: "about:blank", title, status };
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}
