import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CALL,
  decodeMessage,
  encodeMessage,
  ERROR,
  REPLY,
  SIGNAL,
  type DBusMessage,
  type DBusValue,
  type OutgoingMessage,
} from "./dbus-wire.ts";
import { until } from "./until.ts";

// The desktop that a browser shows its notifications on: a D-Bus session bus with org.freedesktop.Notifications behind
// it, in one Unix socket. Tests see what the user would see, and click it.

/** A notification on the desktop. */
export type ShownNotification = {
  id: number;
  title: string;
  /** Chromium puts the site's host before the page's text: look for a part of it. */
  body: string;
  /** Pairs of action id and label, as the browser offered them; the page's own buttons are among them. */
  actions: { id: string; label: string }[];
  /** How often it came: more than 1 means that the browser replaced it (same tag) or showed it again. */
  times: number;
};

export type Desktop = {
  /** Environment the browser must be started with. */
  env: Record<string, string>;
  /** On the desktop now, oldest first. */
  shown(): ShownNotification[];
  /** Everything that was ever shown, replacements included, oldest first. */
  history(): readonly { id: number; title: string; body: string; at: Date }[];
  /** Waits until a notification whose title or body contains `text` is on the desktop; 40 s at most unless told. */
  find(text: string, timeoutMs?: number): Promise<ShownNotification>;
  /** The user clicks it, or one of its buttons by label. */
  click(notification: ShownNotification, label?: string): void;
  /** The user sweeps it away. */
  dismiss(notification: ShownNotification): void;
  close(): Promise<void>;
};

const BUS = "org.freedesktop.DBus";
const SERVICE = "org.freedesktop.Notifications";
const OBJECT_PATH = "/org/freedesktop/Notifications";
const SERVICE_NAME_ON_BUS = ":1.0";

const DISMISSED_BY_USER = 2;
const CLOSED_BY_CALL = 3;

type Client = { name: string; send(message: OutgoingMessage): void };
type OnDesktop = ShownNotification & { owner: Client };
/** A signature and its values; null: nothing here answers that. */
type Answer = [signature: string, ...values: DBusValue[]] | null;

export async function startDesktop(): Promise<Desktop> {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-desktop-"));
  const notifications = new Map<number, OnDesktop>();
  const history: { id: number; title: string; body: string; at: Date }[] = [];
  const sockets = new Set<Socket>();
  let lastId = 0;
  let lastClient = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // the browser was closed
    let serial = 0;
    const client: Client = {
      name: `:1.${++lastClient}`,
      send: (message) => void (socket.writable && socket.write(encodeMessage(++serial, message))),
    };
    receive(socket, (message) => {
      if (message.type === CALL) reply(client, message);
    });
  });
  const socketPath = path.join(folder, "bus");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  function reply(client: Client, message: DBusMessage): void {
    const isBus = message.destination === BUS;
    const answer = isBus ? answerAsBus(client, message) : answerAsService(client, message);
    if (!message.wantsReply) return;
    const head = {
      replySerial: message.serial,
      destination: client.name,
      sender: isBus ? BUS : SERVICE_NAME_ON_BUS,
    };
    if (answer) {
      const [signature, ...args] = answer;
      client.send({ type: REPLY, ...head, signature, args });
    } else {
      const text = `${message.interface}.${message.member} is not there`;
      client.send({ type: ERROR, ...head, errorName: `${BUS}.Error.UnknownMethod`, signature: "s", args: [text] });
    }
  }

  function answerAsService(client: Client, { member, args, path: object }: DBusMessage): Answer {
    if (object !== OBJECT_PATH) return null;
    switch (member) {
      case "GetServerInformation":
        return ["ssss", "Test desktop", "Beckon", "1", "1.2"];
      case "GetCapabilities":
        return ["as", ["actions", "body", "persistence"]];
      case "GetAll":
        return ["a{sv}", []];
      case "Notify":
        return ["u", show(client, args)];
      case "CloseNotification":
        setImmediate(remove, args[0] as number, CLOSED_BY_CALL);
        return [""];
      default:
        return null;
    }
  }

  function show(owner: Client, args: DBusValue[]): number {
    const [, replaces, , title, body, flatActions] = args as [string, number, string, string, string, string[]];
    const id = replaces || ++lastId;
    const actions: ShownNotification["actions"] = [];
    for (let i = 0; i + 1 < flatActions.length; i += 2) {
      actions.push({ id: String(flatActions[i]), label: String(flatActions[i + 1]) });
    }
    const times = (notifications.get(id)?.times ?? 0) + 1;
    notifications.set(id, { id, title, body, actions, times, owner });
    history.push({ id, title, body, at: new Date() });
    return id;
  }

  function remove(id: number, reason: number): void {
    const notification = notifications.get(id);
    if (!notification) return;
    notifications.delete(id);
    signal(notification.owner, "NotificationClosed", "uu", [id, reason]);
  }

  function shown(): ShownNotification[] {
    return [...notifications.values()].map(({ owner: _owner, ...notification }) => notification);
  }

  function ownerOf({ id, title }: ShownNotification): Client {
    const notification = notifications.get(id);
    if (!notification) throw new Error(`the notification "${title}" is not on the desktop any more`);
    return notification.owner;
  }

  return {
    env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socketPath}` },
    shown,
    history: () => history,
    find(text, timeoutMs = 40_000) {
      return until(
        `a notification with "${text}" on the desktop`,
        () => shown().find(({ title, body }) => title.includes(text) || body.includes(text)),
        timeoutMs,
      );
    },
    click(notification, label) {
      const action = label === undefined ? "default" : actionLabelled(notification, label);
      signal(ownerOf(notification), "ActionInvoked", "us", [notification.id, action]);
    },
    dismiss(notification) {
      ownerOf(notification);
      remove(notification.id, DISMISSED_BY_USER);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function signal(owner: Client, member: string, signature: string, args: DBusValue[]): void {
  const head = { path: OBJECT_PATH, interface: SERVICE, sender: SERVICE_NAME_ON_BUS };
  owner.send({ type: SIGNAL, ...head, member, signature, args });
}

function actionLabelled({ actions, title }: ShownNotification, label: string): string {
  const action = actions.find((candidate) => candidate.label === label);
  if (action) return action.id;
  const labels = actions.map((candidate) => candidate.label).join(", ");
  throw new Error(`"${title}" has no button "${label}" but: ${labels}`);
}

function answerAsBus(client: Client, { member, args }: DBusMessage): Answer {
  const isHere = args[0] === SERVICE || args[0] === BUS;
  switch (member) {
    case "Hello":
      return ["s", client.name];
    case "AddMatch":
    case "RemoveMatch":
      return [""];
    case "NameHasOwner":
      return ["b", isHere];
    case "GetNameOwner":
      return isHere ? ["s", args[0] === BUS ? BUS : SERVICE_NAME_ON_BUS] : null;
    case "StartServiceByName":
      return isHere ? ["u", 2] : null; // runs already
    case "ListNames":
    case "ListActivatableNames":
      return ["as", [BUS, SERVICE]];
    case "RequestName":
    case "ReleaseName":
      return ["u", 1];
    default:
      return null;
  }
}

/** The handshake in lines of text, then messages. */
function receive(socket: Socket, onMessage: (message: DBusMessage) => void): void {
  let buffer: Buffer = Buffer.alloc(0);
  let isAuthenticated = false;

  socket.on("data", (part: Buffer) => {
    buffer = Buffer.concat([buffer, part]);
    while (!isAuthenticated) {
      const end = buffer.indexOf("\r\n");
      if (end < 0) return;
      const line = buffer.toString("latin1", 0, end).replace(/^\0/, ""); // the first line follows a zero byte
      buffer = buffer.subarray(end + 2);
      if (line === "BEGIN") isAuthenticated = true;
      else socket.write(`${answerHandshake(line)}\r\n`);
    }
    for (let next = decodeMessage(buffer); next; next = decodeMessage(buffer)) {
      buffer = buffer.subarray(next.length);
      onMessage(next.message);
    }
  });
}

function answerHandshake(line: string): string {
  if (line.startsWith("AUTH EXTERNAL ") || line.startsWith("DATA")) return `OK ${"0".repeat(32)}`;
  if (line === "AUTH EXTERNAL") return "DATA";
  if (line === "AUTH") return "REJECTED EXTERNAL";
  return "ERROR"; // NEGOTIATE_UNIX_FD among others: nothing here passes files
}
