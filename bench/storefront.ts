import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "puppeteer-core";
import { buildIfStale } from "../scripts/build-if-stale.ts";
import { gzipBytes } from "../scripts/build-storefront.ts";
import { findChromium, launchChromium } from "../tests/browser/storefront/test-browser.ts";
import { startDemo } from "../tests/support/start-demo.ts";
import type { Demo } from "../tests/support/start-demo.ts";
import { describeMachine, notMeasured, progress, report } from "./support/bench-result.ts";
import type { Peer } from "./support/bench-result.ts";
import { readOptions } from "./support/options.ts";
import { median, range, round } from "./support/statistics.ts";

// What the storefront pays: bytes, and what a visitor's first page notices of it. The demo's product page is loaded in
// Chromium with the app embed on and off by turns, each time in a browser that has seen nothing, as a phone has it: four
// times slower, a slow network.

const { rounds } = readOptions({ size: 1, rounds: 9 });
const ROOT = path.join(import.meta.dirname, "..");
const PAGE_SCRIPT = "extensions/beckon/assets/beckon.js";
const LATER_SCRIPTS = ["beckon-cart", "beckon-subscribe", "beckon-prompt", "beckon-bell", "beckon-install"];
const SETTLE_MS = 4_000;
/** Not part of the run: building them takes their packages. What was found once, minified by esbuild, gzip -9. */
const PEERS: Record<string, Peer> = {
  "pushwoosh 3.55": notMeasured("not built in this run; found once: 12,501 bytes on the page, 10,911 in its worker"),
  "firebase messaging 12.19": notMeasured("not built in this run; found once: 16,286 and 17,196 bytes"),
  onesignal: notMeasured("its SDK is on a content network and not on npm"),
};

type Visit = { lcpMs: number; cls: number; tbtMs: number; transferredBytes: number; scripts: number };

await buildIfStale();
const bytes = (file: string) => {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return { min_bytes: Buffer.byteLength(text), gzip_bytes: gzipBytes(text) };
};
const page = bytes(PAGE_SCRIPT);
const worker = bytes("public/beckon-sw.js");
const later = Object.fromEntries(
  LATER_SCRIPTS.map((name) => `extensions/beckon/assets/${name}.js`)
    .filter((file) => existsSync(path.join(ROOT, file)))
    .map((file) => [path.basename(file), bytes(file).gzip_bytes]),
);

const chromium = findChromium();
const visits = chromium ? await compare(chromium) : null;
const middle = (of: Visit[], pick: (visit: Visit) => number) => median(of.map(pick));
const difference = (pick: (visit: Visit) => number, digits = 0) =>
  visits ? round(median(visits.on.map((visit, i) => pick(visit) - pick(visits.off[i] as Visit))), digits) : null;
const figures = (of: Visit[]) => ({
  lcp_ms: round(middle(of, ({ lcpMs }) => lcpMs)),
  cls: round(
    middle(of, ({ cls }) => cls),
    4,
  ),
  tbt_ms: round(middle(of, ({ tbtMs }) => tbtMs)),
  transferred_bytes: round(middle(of, ({ transferredBytes }) => transferredBytes)),
  scripts: middle(of, ({ scripts }) => scripts),
});

report(
  {
    bench: "storefront",
    machine: describeMachine({ chromium: visits?.version ?? "none" }),
    ours: {
      page,
      worker,
      later_gzip_bytes: later,
      rounds,
      with_embed: visits ? figures(visits.on) : notMeasured("no Chromium on this machine"),
      without_embed: visits ? figures(visits.off) : notMeasured("no Chromium on this machine"),
    },
    peers: PEERS,
    ratios: {
      page_gzip_bytes: page.gzip_bytes,
      worker_gzip_bytes: worker.gzip_bytes,
      // Of the embed: what the page itself shifts is the theme's.
      cls: difference(({ cls }) => cls, 4),
      tbt_delta_ms: difference(({ tbtMs }) => tbtMs),
      lcp_delta_ms: difference(({ lcpMs }) => lcpMs),
    },
    limit: { vanilla_subscribe_gzip_bytes: 485, vanilla_worker_gzip_bytes: 401 },
  },
  [
    { what: "page script before the prompt, gzip bytes", ours: page.gzip_bytes, "limit of the issue": 3_000 },
    { what: "service worker, gzip bytes", ours: worker.gzip_bytes, "limit of the issue": 2_500 },
    ...(visits
      ? (["off", "on"] as const).map((state) => ({
          what: `embed ${state}: LCP ms [min..max] · CLS · TBT ms`,
          ours: `${figures(visits[state]).lcp_ms} [${range(visits[state].map(({ lcpMs }) => lcpMs))}] · ${figures(visits[state]).cls} · ${figures(visits[state]).tbt_ms}`,
        }))
      : []),
  ],
  [
    `${rounds} first visits each by turns, CPU slowed 4×, 1.6 Mbit/s with 150 ms; the deltas are medians of the pairs' differences.`,
    "With the embed on, the page's own chunks that load after the page script within these seconds are part of what is seen.",
  ],
);
process.exit(0);

async function compare(program: string): Promise<{ on: Visit[]; off: Visit[]; version: string }> {
  progress("starting the demo …");
  const demo = await startDemo();
  const chrome = await launchChromium(program);
  const found = { on: [] as Visit[], off: [] as Visit[], version: await chrome.browser.version() };
  try {
    const url = await findProduct(demo);
    await visit(chrome.browser, url); // the store's own first render
    for (let index = 0; index < rounds; index++) {
      for (const state of index % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
        await demo.sim("theme", { embed: state === "on" });
        const seen = await visit(chrome.browser, url);
        found[state].push(seen);
        progress(
          `round ${index + 1}/${rounds} embed ${state.padEnd(3)} LCP ${seen.lcpMs.toFixed(0)} ms, TBT ${seen.tbtMs.toFixed(0)} ms, CLS ${seen.cls.toFixed(4)}, ${seen.scripts} scripts`,
        );
      }
    }
    return found;
  } finally {
    await chrome.close();
    await demo.close();
  }
}

async function findProduct(demo: Demo): Promise<string> {
  const home = await (await fetch(demo.store)).text();
  const product = /href="(\/products\/[^"?#]+)"/.exec(home)?.[1];
  if (!product) throw new Error("the demo's home page links no product");
  return `${demo.store}${product}`;
}

/** One first visit, in a context of its own: no cache, no cookies. */
async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.createBrowserContext();
  try {
    const tab = await context.newPage();
    await tab.setViewport({ width: 412, height: 823, isMobile: true, deviceScaleFactor: 1.75 });
    await tab.emulateCPUThrottling(4);
    await tab.emulateNetworkConditions({ download: 200_000, upload: 94_000, latency: 150 });
    await tab.evaluateOnNewDocument(observe);
    await tab.goto(url, { waitUntil: "load" });
    // Long tasks and shifts after the load count too, until well after every script has run.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return await tab.evaluate(readVisit);
  } finally {
    await context.close();
  }
}

type Observed = { lcpMs: number; cls: number; tbtMs: number };

/** In the page, before anything else. */
function observe(): void {
  const seen = { lcpMs: 0, cls: 0, tbtMs: 0 };
  Object.assign(window, { benchSeen: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcpMs = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
      if (!shift.hadRecentInput) seen.cls += shift.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tbtMs += Math.max(0, entry.duration - 50);
  }).observe({ type: "longtask", buffered: true });
}

function readVisit(): Observed & { transferredBytes: number; scripts: number } {
  const { benchSeen } = window as Window & typeof globalThis & { benchSeen: Observed };
  const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  return {
    ...benchSeen,
    transferredBytes: resources.reduce((sum, { transferSize }) => sum + transferSize, 0),
    scripts: resources.filter(({ initiatorType }) => initiatorType === "script").length,
  };
}
