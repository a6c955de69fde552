// One picture as the relay sends it: a fixed head, then the coded picture (docs/relay.md).
// Knows: where in the head what stands. Refuses to know: codecs, sockets, and what is done with a picture.
import type { Micros } from "../wire/views.ts";

export interface StreamWord {
  type: "stream";
  codec: string;
  mime: string;
  description: string;
  timescale: number;
  width: number;
  height: number;
  channels: number;
  head_bytes: number;
}

export interface StateWord {
  type: "state";
  state: string;
  age_s: number;
  since: Micros;
  why: string;
}

/** `off_us`: how far the camera's clock is ahead of the center's; null where it tells no time. */
export interface ClockWord {
  type: "clock";
  off_us: number | null;
}

export type Word = StreamWord | StateWord | ClockWord;
const WORDS = new Set<unknown>(["stream", "state", "clock"]);

export interface Picture {
  isKey: boolean;
  /** When the center had it, by the center's clock. */
  at: Micros;
  /** In the track's ticks. */
  decode: number;
  shown: number;
  duration: number;
  sample: Uint8Array<ArrayBuffer>;
}

const NTP_EPOCH_S = 2_208_988_800;
const ERA_S = 2 ** 32;
const SYNC = 0x02000000;
const IS_MOMENT = 0x70726674; // "prft"

export function parseWord(text: string): Word | null {
  try {
    const word: unknown = JSON.parse(text);
    if (typeof word !== "object" || word === null || !("type" in word)) return null;
    return WORDS.has(word.type) ? (word as Word) : null;
  } catch {
    return null;
  }
}

/** Null for the initialisation segment, which only MediaSource needs. */
export function parsePicture(data: ArrayBuffer, headBytes: number): Picture | null {
  const view = new DataView(data);
  if (data.byteLength <= headBytes || view.getUint32(4) !== IS_MOMENT) return null;
  const seconds = view.getUint32(16);
  const decode = Number(view.getBigUint64(92));
  return {
    isKey: view.getUint32(128) === SYNC,
    at: microsOf(seconds, view.getUint32(20)),
    decode,
    shown: decode + view.getInt32(132),
    duration: view.getUint32(120),
    sample: new Uint8Array(data, headBytes),
  };
}

/** NTP begins anew in 2036: a small number of seconds is of the second era. */
function microsOf(seconds: number, fraction: number): Micros {
  const era = seconds < ERA_S / 2 ? ERA_S : 0;
  return (seconds + era - NTP_EPOCH_S) * 1_000_000 + Math.floor((fraction / ERA_S) * 1_000_000);
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
