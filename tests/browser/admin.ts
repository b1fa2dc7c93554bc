import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, after, test } from "node:test";
import { launch } from "puppeteer-core";
import type { Browser, Frame, Page } from "puppeteer-core";
import { openInbox } from "../../scripts/demo/inbox.ts";
import type { Inbox } from "../../scripts/demo/inbox.ts";
import { Shopper } from "../../scripts/demo/shopper.ts";
import { startDemo } from "../support/start-demo.ts";
import type { Demo } from "../support/start-demo.ts";
import { findBrowser, howToInstall } from "./support/launch-browser.ts";
import { until } from "./support/until.ts";

// The merchant's admin in a real browser, inside the simulated admin's frame: every page at a phone's and a desk's width,
// without errors, without sideways scrolling, usable by who cannot see it; and what a merchant does there, done.

// The library's bot detection turns headless browsers away.
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const AXE = readFileSync(path.join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");
const WITHIN_MS = 120_000;

const isMissing = !findBrowser("chromium");
const skip = isMissing && process.env.CI !== "true" ? howToInstall("chromium") : false;

let demo: Demo;
let browser: Browser;
let inbox: Inbox;
let visitorId: string;

before(
  async () => {
    if (skip) return;
    const executablePath = findBrowser("chromium");
    assert.ok(executablePath, howToInstall("chromium"));
    demo = await startDemo();
    const shopper = new Shopper(demo.store);
    const config = (await (await shopper.visit("/apps/beckon/config")).json()) as { vapidPublicKey: string };
    inbox = await openInbox(demo.push, demo.pushCa, config.vapidPublicKey);
    const { body } = await shopper.post("/apps/beckon/subscriptions", {
      v: 1,
      visitorId: shopper.visitorId,
      subscription: inbox.subscription,
      consent: { marketing: true, text: "Yes", at: new Date().toISOString() },
      locale: "ar",
      timezone: "UTC",
      page: "/",
      promptVariant: "prompt",
    });
    visitorId = String(body.visitorId);
    const welcome = await inbox.next(20_000);
    assert.equal(welcome?.payload.notification.data.kind, "welcome");

    browser = await launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  },
  { timeout: WITHIN_MS },
);

after(async () => {
  await browser?.close();
  await demo?.close();
});

for (const width of [390, 1280]) {
  test(`shows every page ${width} px wide`, { skip, timeout: WITHIN_MS }, async () => {
    for (const where of [
      "/app",
      "/app/journeys",
      "/app/journeys/cart_recovery",
      "/app/campaigns",
      "/app/campaigns/new",
      "/app/log",
      "/app/settings",
      `/app/person/${visitorId}`,
    ]) {
      const { page, frame, errors } = await open(where, width);

      const [needed, given] = await frame.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(Number(needed) <= Number(given), `${where} is ${needed} px wide on ${given}`);
      assert.deepEqual(await violations(frame), [], where);
      assert.deepEqual(errors, [], where);
      await page.close();
    }
  });
}

test("says whether the theme has the embed switched on", { skip, timeout: WITHIN_MS }, async () => {
  for (const embed of [false, true]) {
    await demo.sim("theme", { embed });
    const { page, frame } = await open("/app", 390);
    await until(`the step to be ${embed ? "done" : "open"}`, () =>
      frame.evaluate(
        (isDone) =>
          document.querySelector("[data-beckon-step='embed']")?.getAttribute("data-done") === isDone &&
          document.querySelector("[data-beckon-step='stock-alert'] .bk-step-number")?.textContent === "+",
        String(embed),
      ),
    );
    await page.close();
  }
});

test("sends a test push that arrives, and shows it in the push log", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app", 1280);

  await press(frame, "Send a test push");
  const push = await inbox.next(20_000);

  assert.equal(push?.payload.notification.title, "It works");
  await page.close();
  const log = await open("/app/log?journey=direct", 1280);
  await log.frame.waitForSelector("[data-beckon-entry]");
  await log.frame.click("[data-beckon-entry]");
  await log.frame.waitForSelector(".bk-log-detail .bk-note-title");
  assert.match(await textOf(log.frame, ".bk-log-detail"), /It works/);
  await log.page.close();
});

test(
  "previews a text while it is written, names what is wrong, and saves what is right",
  { skip, timeout: WITHIN_MS },
  async () => {
    const { page, frame } = await open("/app/journeys/welcome", 1280);
    const title = await field(frame, "Title");

    await retype(title, "Hello {{ surname }}");
    await until("the problem in the preview", async () => /surname/.test(await textOf(frame, ".bk-sticky")));
    await press(frame, "Save");
    await until("the problem at the field", async () =>
      /line 1, column/.test(await textOf(frame, ".Polaris-InlineError")),
    );
    await until("the answer", async () => /Nothing was saved yet/.test(await textOf(frame, "main")));
    await retype(title, "Hello {{ first_name }}");
    await until("the preview", async () => /Hello Mary/.test(await textOf(frame, ".bk-sticky .bk-note-title")));
    await press(frame, "Save");
    await until("the new version", async () => /Version 2/.test(await textOf(frame, "main")));

    const journey = await demo.api("journeys/welcome");
    assert.equal(journey.version, 2);
    assert.match(JSON.stringify(journey.definition), /Hello \{\{ first_name \}\}/);
    await page.close();
  },
);

test("adds a step, marks it where it is wrong, and keeps it", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/journeys/birthday", 390);
  const before = await demo.api("journeys/birthday");
  const added = `[data-beckon-step-place="steps.${(before.definition as { steps: unknown[] }).steps.length}"]`;

  await press(frame, "Add a step");
  await press(frame, "Tell another system", true);
  await press(frame, "Save");
  await until("the problem at the step", async () => /must be an https address/.test(await textOf(frame, added)));
  assert.deepEqual(await violations(frame), []);
  assert.deepEqual(await demo.api("journeys/birthday"), before);

  await retype(await field(frame, "Address"), "https://example.com/hook");
  await until("the problem to go", async () => !/must be an https address/.test(await textOf(frame, added)));
  await press(frame, "Save");
  await until("the new version", async () => /Version 2/.test(await textOf(frame, "main")));
  await page.close();

  const again = await open("/app/journeys/birthday", 1280);
  assert.equal(
    await (await field(again.frame, "Address")).evaluate((input) => input.value),
    "https://example.com/hook",
  );
  await again.page.close();
});

test("takes over a journey written as JSON once it is whole", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/journeys/points", 1280);
  const { definition } = await demo.api("journeys/points");
  const write = (text: string) =>
    frame.evaluate((next) => {
      const area = document.querySelector<HTMLTextAreaElement>(".bk-json textarea");
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(area, next);
      area?.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  const problem = () => textOf(frame, "[data-beckon-json-problems]");

  await press(frame, "Edit as JSON");
  await write('{\n  "steps": [}');
  await press(frame, "Take over");
  await until("the place where it breaks off", async () => /Line 2, column 13/.test(await problem()));
  await write(JSON.stringify({ ...(definition as object), prio: 1 }, null, 2));
  await press(frame, "Take over");
  await until("the unknown field", async () => /prio is not a known field/.test(await problem()));
  await write(JSON.stringify({ ...(definition as object), priority: 7 }, null, 2));
  await press(frame, "Take over");
  await until(
    "the form to show it",
    async () => (await (await field(frame, "Priority")).evaluate((input) => input.value)) === "7",
  );

  assert.deepEqual((await demo.api("journeys/points")).definition, definition);
  await page.close();
});

test("tries a journey as it is written on what has happened", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/journeys/welcome", 390);

  await press(frame, "Last 30 days");
  await frame.waitForSelector("[data-beckon-tried='result']");
  assert.match(await textOf(frame, "[data-beckon-tried]"), /Would have been sent/);
  assert.deepEqual(await violations(frame), []);
  await retype(await field(frame, "Title"), "Hello");
  await until("the try to be of before", async () =>
    /changed the journey since/.test(await textOf(frame, "[data-beckon-tried]")),
  );
  await page.close();
});

test("switches a journey off and on", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/journeys", 390);

  for (const enabled of [false, true]) {
    await frame.click('[data-beckon-journey="cart_recovery"] [role="switch"]');
    await until("the switch", async () => (await demo.api("journeys/cart_recovery")).enabled === enabled);
  }
  await page.close();
});

test("saves settings, with an error beside the field that is wrong", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/settings", 1280);
  const hours = await field(frame, "An order counts within");

  await retype(hours, "0");
  await press(frame, "Save");
  await until("the error", async () => /At least 1/.test(await textOf(frame, ".Polaris-InlineError")));
  await retype(hours, "48");
  await press(frame, "Save");
  await until("the saved page", () =>
    frame.evaluate(() =>
      [...document.querySelectorAll("button")].every(
        (b) => b.textContent?.trim() !== "Save" || b.disabled || b.closest("ui-save-bar"),
      ),
    ),
  );
  await page.close();

  const again = await open("/app/settings", 390);
  assert.equal(await (await field(again.frame, "An order counts within")).evaluate((input) => input.value), "48");
  await again.page.close();
});

test("makes a key for the REST API that works, and revokes it", { skip, timeout: WITHIN_MS }, async () => {
  const { page, frame } = await open("/app/settings", 1280);
  await (await field(frame, "Name of a new key")).type("Warehouse");
  await press(frame, "Make a key");
  await frame.waitForSelector("[data-beckon-key]");
  const key = (await textOf(frame, "[data-beckon-key]")).trim();
  const ask = async () =>
    (await fetch(`${demo.app}/api/v1/journeys`, { headers: { authorization: `Bearer ${key}` } })).status;

  assert.equal(await ask(), 200);
  // The demo's own key is listed below it: the newest stands first.
  await press(frame, "Revoke");
  await press(frame, "Revoke for good");
  await until("the key to be refused", async () => (await ask()) === 401);
  await page.close();
});

test("sends a campaign that arrives, and shows how far it is", { skip, timeout: WITHIN_MS }, async () => {
  // Noon, when nobody has quiet hours, and long after the welcome.
  await demo.advance(`PT${24 + 12 - new Date().getUTCHours()}H`);
  const { page, frame } = await open("/app/campaigns/new", 390);
  await press(frame, "Send now");
  await until("the problem at the field", async () => /Fill this in/.test(await textOf(frame, ".Polaris-InlineError")));

  await (await field(frame, "Title")).type("Hello {{ first_name }}");
  await (await field(frame, "Text", "textarea")).type("New lamps");
  await until("the preview", async () => /Hello Mary/.test(await textOf(frame, ".bk-only-narrow .bk-note-title")));
  await until("the reach", async () => /Reaches about 1 person/.test(await textOf(frame, "[data-beckon-reach]")));
  await press(frame, "Send now");
  await frame.waitForSelector("[data-beckon-campaign]");
  let push = await inbox.next(20_000);
  while (push && push.payload.notification.data.kind !== "campaign") push = await inbox.next(20_000);

  assert.equal(push?.payload.notification.title, "Hello there");
  await until("the end of it", () => frame.evaluate(() => document.querySelector('[data-state="done"]') !== null));
  await page.close();
});

/** A page of the app inside the admin's frame, at rest. */
async function open(where: string, width: number): Promise<{ page: Page; frame: Frame; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.setUserAgent({ userAgent: USER_AGENT });
  await page.setViewport({ width, height: 900 });
  await page.goto(`${demo.store}/admin/apps/beckon${where}`, { waitUntil: "networkidle2" });
  const frame = await until("the app's frame", () => page.frames().find((one) => one.url().startsWith(demo.app)));
  // Polaris has taken over what the server rendered.
  await until("the page to be alive", () =>
    frame.evaluate(() =>
      Object.keys(document.querySelector(".Polaris-Page") ?? {}).some((name) => name.startsWith("__react")),
    ),
  );
  return { page, frame, errors };
}

async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  });
}

/** @param isMore the button goes on after the label, with what it is for */
async function press(frame: Frame, label: string, isMore = false): Promise<void> {
  await until(`the button ${label}`, () =>
    frame.evaluate(
      (wanted, goesOn) => {
        const button = [...document.querySelectorAll("button")].find((one) => {
          const text = one.textContent?.trim() ?? "";
          const isIt = goesOn ? text.startsWith(wanted) : text === wanted;
          return isIt && !one.disabled && !one.closest("ui-save-bar");
        });
        // A menu whose button is out of sight closes itself.
        button?.scrollIntoView({ block: "center" });
        button?.click();
        return button !== undefined;
      },
      label,
      isMore,
    ),
  );
}

async function field(frame: Frame, label: string, kind: "input" | "textarea" = "input") {
  const id = await until(`the field ${label}`, () =>
    frame.evaluate(
      (wanted) =>
        [...document.querySelectorAll("label")].find((one) => one.textContent?.trim() === wanted)?.getAttribute("for"),
      label,
    ),
  );
  const input = await frame.waitForSelector(`${kind}[id="${id}"]`);
  assert.ok(input, label);
  return input;
}

async function retype(input: Awaited<ReturnType<typeof field>>, text: string): Promise<void> {
  await input.click({ count: 3 });
  await input.press("Backspace");
  await input.type(text);
}

function textOf(frame: Frame, selector: string): Promise<string> {
  return frame.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? "", selector);
}
