// The WebSocket to the center: open it, keep it open, hand its frames on.
// Knows: backing off, and telling a quiet parish from a dead line. Refuses to know what a frame means.
import type { Frame } from "./views.ts";

export interface Listener {
  /** A frame, and when it came on this machine's monotonic clock. */
  frame(frame: Frame, wall_ms: number): void;
  /** The line is gone; the next attempt follows by itself. */
  lost(): void;
  /** A connection could not be opened or was closed at once: perhaps the session has ended. `why` is the center's
   * word where it has one. */
  turnedAway(why: string): void;
}

const FIRST_DELAY_MS = 400;
/** Short, for whoever gets the network back wants to see what is true within a second. */
const LONGEST_DELAY_MS = 800;
const OPEN_TIMEOUT_MS = 3000;
/** The center says something every second. */
const QUIET_MS = 3000;
const PROBE_TIMEOUT_MS = 2000;

/** Half of the delay is fixed and half is chance, so that a room full of pages does not return in one instant. */
export function backoff(attempt: number, chance: number): number {
  const delay_ms = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return delay_ms / 2 + (delay_ms / 2) * chance;
}

function parse(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    if (typeof frame !== "object" || frame === null || !("type" in frame)) return null;
    return frame.type === "hello" || frame.type === "state" || frame.type === "delta"
      ? (frame as Frame)
      : null;
  } catch {
    return null;
  }
}

/** Stays connected until the returned function is called. */
export function connect(url: string, listener: Listener): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let closed = false;
  let heard_ms = performance.now();
  let probing = false;
  let again: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    if (closed) return;
    clearTimeout(again);
    const mine = new WebSocket(url);
    let told = false;
    socket = mine;
    heard_ms = performance.now();
    mine.onmessage = (message: MessageEvent<unknown>) => {
      heard_ms = performance.now();
      const frame = parse(message.data);
      if (frame === null) return drop(mine);
      told = true;
      attempt = 0;
      listener.frame(frame, heard_ms);
    };
    mine.onclose = ({ reason }) => {
      if (socket !== mine || closed) return;
      socket = null;
      listener.lost();
      if (!told) listener.turnedAway(reason);
      again = setTimeout(open, backoff(attempt++, Math.random()));
    };
    setTimeout(() => {
      if (socket === mine && mine.readyState === WebSocket.CONNECTING) drop(mine);
    }, OPEN_TIMEOUT_MS);
  }

  /** Closes a socket without waiting for the other end, which may be gone. */
  function drop(which: WebSocket): void {
    const closing = which.onclose;
    which.onclose = null;
    which.onmessage = null;
    which.close();
    closing?.call(which, new CloseEvent("close"));
  }

  // A line can die without a word. After some silence ask the center over HTTP; only if that fails too is it lost.
  async function watch(): Promise<void> {
    const suspect = socket;
    if (suspect === null || probing || performance.now() - heard_ms < QUIET_MS) return;
    probing = true;
    const asked_ms = performance.now();
    const alive = await fetch("/api/status", {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      cache: "no-store",
    })
      .then((response) => response.ok)
      .catch(() => false);
    probing = false;
    if (!alive && socket === suspect && heard_ms < asked_ms) drop(suspect);
    else if (alive) heard_ms = Math.max(heard_ms, asked_ms);
  }

  /** The machine has its network back: an attempt that waits for the old one is given up. */
  function hurry(): void {
    if (socket?.readyState === WebSocket.CONNECTING) drop(socket);
    if (socket === null) open();
  }

  addEventListener("online", hurry);
  const watcher = setInterval(() => void watch(), 1000);
  open();
  return () => {
    closed = true;
    clearInterval(watcher);
    clearTimeout(again);
    removeEventListener("online", hurry);
    socket?.close();
  };
}

export function operatorsUrl(page: Location): string {
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}/ws/operators`;
}
