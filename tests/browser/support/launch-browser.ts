import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { launch, type Browser } from "puppeteer-core";

// Real browsers, headless, whose push service and desktop are ours. Nothing inside the browser is changed.
//
//   const pushService = await startPushService();          // simulator/push, or what the running one prints at its start
//   const desktop = await startDesktop();
//   const profile = createProfile();
//   const browser = await launchBrowser("firefox", { pushService, desktop, profile });
//   const page = await browser.newPage();
//   await grantNotifications(browser, origin);             // what the user answers to the browser's own question
//   …subscribe, push…
//   desktop.click(await desktop.find("Your cart"));
//
// Push works in the default browser context only: use `browser.newPage()`, not `createBrowserContext()`.

export type BrowserName = "firefox" | "chromium";

export type LaunchOptions = {
  /** Where the browser's push client connects. */
  pushService: { firefoxUrl: string; chromiumArgs: readonly string[] };
  /** Whose notifications the browser shows. */
  desktop: { env: Record<string, string> };
  /** Keeps subscriptions over a restart of the browser. */
  profile: Profile;
  /**
   * "ask", the default: as in a new browser; `grantNotifications` answers for the user. "granted": every site may show
   * notifications from the beginning; Chromium needs that to get a push after a restart, as what is granted by
   * `grantNotifications` ends with the browser there.
   */
  notifications?: "ask" | "granted";
  /** Such as "tr-TR". */
  language?: string;
  args?: readonly string[];
};

export type Profile = {
  folder: string;
  /** Deletes it. Call it when the browser is closed. */
  remove(): void;
};

const PROGRAMS: Record<BrowserName, { variable: string; names: string[]; packageName: string }> = {
  firefox: { variable: "FIREFOX", names: ["firefox-esr", "firefox"], packageName: "firefox-esr libnotify4" },
  chromium: {
    variable: "CHROMIUM",
    names: ["chromium", "chromium-browser", "google-chrome"],
    packageName: "chromium",
  },
};

/** Path of the browser's program: what FIREFOX or CHROMIUM names, else the first on PATH; null when there is none. */
export function findBrowser(name: BrowserName): string | null {
  const { variable, names } = PROGRAMS[name];
  const named = process.env[variable];
  if (named) return named;
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    for (const program of names) {
      const file = path.join(folder, program);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

/** What to tell somebody who lacks the browser. */
export function howToInstall(name: BrowserName): string {
  return `no ${name} on this machine: apt-get install --no-install-recommends ${PROGRAMS[name].packageName}`;
}

export function createProfile(): Profile {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-profile-"));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** @throws when the browser is not installed (see `findBrowser`) or does not start */
export async function launchBrowser(name: BrowserName, options: LaunchOptions): Promise<Browser> {
  const executablePath = findBrowser(name);
  if (!executablePath) throw new Error(howToInstall(name));
  const common = {
    executablePath,
    headless: true,
    userDataDir: options.profile.folder,
    env: { ...process.env, ...options.desktop.env },
    defaultViewport: { width: 1_280, height: 800 },
  };
  if (name === "firefox") {
    return launch({
      ...common,
      browser: "firefox",
      args: [...(options.args ?? [])],
      extraPrefsFirefox: firefoxPreferences(options),
    });
  }

  const { profile, notifications, language } = options;
  if (notifications === "granted") allowNotificationsInChromium(profile.folder);
  return launch({
    ...common,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), // Chromium refuses its sandbox to root
      ...(language ? [`--lang=${language}`, `--accept-lang=${language}`] : []),
      ...options.pushService.chromiumArgs,
      ...(options.args ?? []),
    ],
  });
}

/** The user allows notifications to this origin ("http://127.0.0.1:3000"). */
export async function grantNotifications(browser: Browser, origin: string): Promise<void> {
  await browser.defaultBrowserContext().overridePermissions(origin, ["notifications"]);
}

function firefoxPreferences({ pushService, notifications, language }: LaunchOptions): Record<string, unknown> {
  return {
    "dom.push.connection.enabled": true, // Puppeteer's own default is false
    "dom.push.serverURL": pushService.firefoxUrl,
    "dom.push.testing.allowInsecureServerURL": true, // ws: instead of wss:
    "dom.push.retryBaseInterval": 200, // ms until it connects again; 5 s by default
    "alerts.useSystemBackend": true, // D-Bus, through libnotify
    ...(notifications === "granted" && { "permissions.default.desktop-notification": 1 }),
    ...(language && { "intl.accept_languages": language }),
  };
}

/** Written before the first start only: later the file is Chromium's own. */
function allowNotificationsInChromium(profileFolder: string): void {
  const file = path.join(profileFolder, "Default", "Preferences");
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ profile: { default_content_setting_values: { notifications: 1 } } }));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
