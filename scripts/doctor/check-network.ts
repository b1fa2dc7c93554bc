import { request } from "node:https";
import { rootCertificates } from "node:tls";
import type { Config } from "../../app/config.server.ts";
import { note, ok, problem, reasonOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const ANSWERS_WITHIN_MS = 5_000;
/** VAPID tokens and Shopify's signatures allow for minutes; a clock this far off drifts. */
const SKEW_ALLOWED_MS = 30_000;

/** One host of each browser's push service. */
export const PUBLIC_PUSH_HOSTS = [
  "fcm.googleapis.com",
  "updates.push.services.mozilla.com",
  "web.push.apple.com",
  "wns2-by3p.notify.windows.com",
];

type Reached = { host: string; date: Date | null } | { host: string; error: unknown };

/**
 * Whether each push service answers over TLS, and how far the machine's clock is from theirs.
 *
 * @param publicHosts none in a simulation, whose pushes stay on the machine
 */
export async function checkPushHosts(push: Config["push"], publicHosts: string[], now: () => Date): Promise<Finding[]> {
  const own = push.hosts.map(({ host, port }) => ({ host, port, ca: push.ca }));
  const all = [...publicHosts.map((host) => ({ host, port: 443, ca: null })), ...own];
  if (all.length === 0)
    return [note("push services", "no push service to check in this simulation (PUSH_HOSTS is empty)")];

  const reached = await Promise.all(all.map(({ host, port, ca }) => reach(host, port, ca)));
  const findings: Finding[] = [];
  for (const answer of reached) {
    if (!("error" in answer)) continue;
    const fix = `Let this machine connect to ${answer.host} (firewall, DNS, proxy). For PUSH_HOSTS see PUSH_CA_FILE too.`;
    findings.push(problem("push services", `${answer.host} cannot be reached (${reasonOf(answer.error)})`, fix));
  }
  if (findings.length === 0) findings.push(ok("push services", `${all.length} reached over TLS`));
  findings.push(clockFinding(reached, now()));
  return findings;
}

function clockFinding(reached: Reached[], now: Date): Finding {
  const dates = reached.map((answer) => ("date" in answer ? answer.date : null)).filter((date) => date !== null);
  if (dates.length === 0) return note("clock", "nobody was reached to compare the clock with");
  // The nearest: a single server's clock may be wrong too.
  const skewMs = Math.min(...dates.map((date) => Math.abs(date.getTime() - now.getTime())));
  const seconds = (skewMs / 1_000).toFixed(0);
  if (skewMs <= SKEW_ALLOWED_MS) return ok("clock", `${seconds} s from the push services' clocks`);
  const fix =
    "Switch time synchronisation on (timedatectl set-ntp true): push services refuse signatures with a wrong time.";
  return problem("clock", `${seconds} s from the push services' clocks`, fix);
}

function reach(host: string, port: number, ca: string | null): Promise<Reached> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: host.replace(/^\[(.*)\]$/, "$1"),
        port,
        method: "HEAD",
        path: "/",
        agent: false,
        timeout: ANSWERS_WITHIN_MS,
        ...(ca && { ca: [...rootCertificates, ca] }),
      },
      (response) => {
        response.resume();
        const date = new Date(response.headers.date ?? "");
        resolve({ host, date: Number.isNaN(date.getTime()) ? null : date });
        asked.destroy();
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`no answer in ${ANSWERS_WITHIN_MS / 1_000} s`)));
    asked.on("error", (error) => resolve({ host, error }));
    asked.end();
  });
}

/** Whether Shopify finds the app where it says that it is. */
export async function checkAppAddress(appUrl: string, fetch: typeof globalThis.fetch): Promise<Finding[]> {
  const check = "address";
  const fix = "Start the app, and check DNS, TLS and the reverse proxy in front of it.";
  try {
    const health = await fetch(`${appUrl}/healthz`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    if (!health.ok) return [problem(check, `${appUrl}/healthz answered ${health.status}`, fix)];
    // Signed by nobody: the right answer is a refusal.
    const webhook = await fetch(`${appUrl}/webhooks`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-shopify-hmac-sha256": "bm90IHNpZ25lZA==" },
      body: "{}",
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    if (webhook.status !== 401) {
      return [problem(check, `${appUrl}/webhooks answered ${webhook.status} to an unsigned webhook, not 401`, fix)];
    }
    return [ok(check, `${appUrl} answers, and refuses an unsigned webhook`)];
  } catch (error) {
    return [problem(check, `${appUrl} cannot be reached (${reasonOf(error)})`, fix)];
  }
}
