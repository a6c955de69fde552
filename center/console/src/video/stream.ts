// A relay's stream, kept open: it comes back by itself for as long as its ticket holds.
// Knows: the socket, its closing codes, and which screen shows the stream. Refuses to know: who may watch, and tiles.
import type { Micros } from "../wire/views.ts";
import { type Picture, parsePicture, parseWord, type StreamWord } from "./picture.ts";
import { CanvasScreen, hasWebCodecs, MediaScreen, type Screen, type Shown } from "./screen.ts";

export interface Listener {
  /** The element that shows the stream, whenever that is another one. */
  screen(screen: Screen): void;
  shown: Shown;
  /** How long ago, by the wall, a moment of the center's clock was. */
  behind_s(at: Micros): number;
  /** How the camera is: live, stale since, offline since, opening. */
  state(state: string, since: Micros, why: string): void;
  /** How far the camera's clock is ahead of the center's; null where it tells no time. */
  clock?(off_us: number | null): void;
  /** It cannot go on by itself: the ticket is over, or this browser cannot show it. */
  ended(why: string): void;
}

export type Kind = "video" | "audio";

const NO_TICKET = 4401;
const TICKET_OVER = 4403;
const DELAYS_MS = [300, 600, 1200, 2500, 5000];

/** `?video=mediasource` has MediaSource used where WebCodecs would do. */
const wanted = (): string | null => new URLSearchParams(location.search).get("video");

/** `address` is asked anew for every attempt: after a restart of the center it is another one; null when there is no
 * ticket any more. Ends when the returned function is called. */
export function openStream(address: () => Promise<string | null>, kind: Kind, listener: Listener): () => void {
  let socket: WebSocket | null = null;
  let screen: Screen | null = null;
  let closed = false;
  let attempt = 0;

  function end(why: string): void {
    if (closed) return;
    close();
    listener.ended(why);
  }

  function close(): void {
    closed = true;
    socket?.close();
    screen?.close();
  }

  async function choose(word: StreamWord): Promise<boolean> {
    screen?.close();
    const ways: (() => Screen)[] = [];
    if (kind === "video" && hasWebCodecs() && wanted() !== "mediasource") {
      ways.push(() => new CanvasScreen(listener.shown, listener.behind_s));
    }
    ways.push(() => new MediaScreen(kind, listener.shown));
    for (const make of ways) {
      const candidate = make();
      if (!(await candidate.begin(word))) continue;
      screen = candidate;
      listener.screen(candidate);
      return true;
    }
    return false;
  }

  async function open(): Promise<void> {
    const url = await address();
    if (closed) return;
    if (url === null) return end("The ticket is over.");
    const mine = new WebSocket(url);
    mine.binaryType = "arraybuffer";
    socket = mine;
    let head_bytes = 0;
    let beginning: Promise<unknown> = Promise.resolve();
    mine.onmessage = ({ data }: MessageEvent<unknown>) => {
      attempt = 0;
      if (typeof data === "string") {
        const word = parseWord(data);
        if (word?.type === "state") listener.state(word.state, word.since, word.why);
        if (word?.type === "clock") listener.clock?.(word.off_us);
        if (word?.type !== "stream") return;
        head_bytes = word.head_bytes;
        beginning = choose(word).then((can) => can || end(`This browser cannot show ${word.codec}.`));
      } else if (data instanceof ArrayBuffer) {
        const picture: Picture | null = parsePicture(data, head_bytes);
        // In order behind the choice of the screen, which takes a moment.
        beginning = beginning.then(() => screen?.take(data, picture));
      }
    };
    mine.onclose = ({ code, reason }) => {
      if (socket !== mine || closed) return;
      socket = null;
      if (code === TICKET_OVER) return end(reason || "The ticket is over.");
      if (code === NO_TICKET && attempt >= DELAYS_MS.length) return end("The relay does not know this ticket.");
      listener.state("offline", 0, reason);
      setTimeout(() => void open(), DELAYS_MS[Math.min(attempt++, DELAYS_MS.length - 1)]);
    };
  }

  void open();
  return close;
}
