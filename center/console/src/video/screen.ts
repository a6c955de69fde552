// What shows a stream: WebCodecs on a canvas, or MediaSource in a media element where that is missing.
// Knows: how each takes pictures, and how each stays near the present. Refuses to know: sockets, tickets, tiles.
import type { Micros } from "../wire/views.ts";
import { bytesOf, type Picture, type StreamWord } from "./picture.ts";

/** Told with every picture that is really shown. */
export type Shown = (picture: Picture) => void;

export interface Screen {
  readonly how: "webcodecs" | "mediasource";
  readonly element: HTMLElement;
  /** False where this stream cannot be shown this way. */
  begin(word: StreamWord): Promise<boolean>;
  /** A whole message, as it came; `picture` is null for the initialisation segment. */
  take(message: ArrayBuffer, picture: Picture | null): void;
  close(): void;
}

const MOST_QUEUED = 8;
/** A picture that comes so late is not worth decoding, unless it stands alone: better a jerk than the past. */
const TOO_LATE_S = 1.5;
/** What a media element is to have in hand beyond the picture that it shows. When it runs dry it waits, and then has more
 * in hand by as much as it waited: that is played a little faster, or jumped over when it is much. */
const SPARE_S = { video: 0.05, audio: 0.12 };
const FASTER = 1.1;
const BEHIND_S = 0.6;
const HELD_S = 15;

/** Whether pictures can be decoded here at all without MediaSource: not on a page without HTTPS, nor in old browsers. */
export const hasWebCodecs = (): boolean => "VideoDecoder" in globalThis;

export class CanvasScreen implements Screen {
  readonly how = "webcodecs";
  readonly element = document.createElement("canvas");
  readonly #pen = this.element.getContext("2d", { alpha: false, desynchronized: true });
  readonly #due: Picture[] = [];
  readonly #shown: Shown;
  #decoder: VideoDecoder | null = null;
  #timescale = 90_000;
  #needsKey = true;
  #config: VideoDecoderConfig | null = null;
  readonly #behind_s: (at: Micros) => number;

  /** `behind_s`: how long ago, by the wall, a moment of the center's clock was. */
  constructor(shown: Shown, behind_s: (at: Micros) => number) {
    this.#shown = shown;
    this.#behind_s = behind_s;
  }

  async begin(word: StreamWord): Promise<boolean> {
    const config: VideoDecoderConfig = {
      codec: word.codec,
      description: bytesOf(word.description),
      optimizeForLatency: true,
    };
    const support = await VideoDecoder.isConfigSupported(config).catch(() => null);
    if (support?.supported !== true) return false;
    this.#timescale = word.timescale;
    this.#config = config;
    this.#start();
    return true;
  }

  take(_message: ArrayBuffer, picture: Picture | null): void {
    const decoder = this.#decoder;
    if (picture === null || decoder === null) return;
    if (decoder.decodeQueueSize > MOST_QUEUED || this.#behind_s(picture.at) > TOO_LATE_S) this.#needsKey = true;
    if (this.#needsKey && !picture.isKey) return;
    this.#needsKey = false;
    this.#due.push(picture);
    decoder.decode(
      new EncodedVideoChunk({
        type: picture.isKey ? "key" : "delta",
        timestamp: Math.round((picture.shown * 1e6) / this.#timescale),
        data: picture.sample,
      }),
    );
  }

  close(): void {
    if (this.#decoder !== null && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
  }

  #start(): void {
    this.close();
    this.#due.length = 0;
    this.#needsKey = true;
    const decoder = new VideoDecoder({
      output: (frame) => this.#show(frame),
      // What a camera sends may be damaged: go on at the next keyframe.
      error: () => this.#decoder === decoder && this.#config !== null && this.#start(),
    });
    if (this.#config !== null) decoder.configure(this.#config);
    this.#decoder = decoder;
  }

  #show(frame: VideoFrame): void {
    if (this.element.width !== frame.displayWidth || this.element.height !== frame.displayHeight) {
      this.element.width = frame.displayWidth;
      this.element.height = frame.displayHeight;
    }
    this.#pen?.drawImage(frame, 0, 0);
    const place = this.#due.findIndex(
      (picture) => Math.round((picture.shown * 1e6) / this.#timescale) === frame.timestamp,
    );
    frame.close();
    if (place === -1) return;
    const [picture] = this.#due.splice(0, place + 1).slice(-1);
    if (picture !== undefined) this.#shown(picture);
  }
}

export class MediaScreen implements Screen {
  readonly how = "mediasource";
  readonly element: HTMLVideoElement | HTMLAudioElement;
  readonly #shown: Shown;
  readonly #queue: ArrayBuffer[] = [];
  #source: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #timescale = 90_000;
  #zero: number | null = null;
  #last: Picture | null = null;
  #url = "";
  #watch = 0;
  #isNear = false;
  readonly #spare_s: number;

  constructor(kind: "video" | "audio", shown: Shown) {
    this.#spare_s = SPARE_S[kind];
    this.element = document.createElement(kind);
    this.element.autoplay = true;
    this.element.muted = kind === "video";
    if (this.element instanceof HTMLVideoElement) this.element.playsInline = true;
    this.#shown = shown;
  }

  async begin(word: StreamWord): Promise<boolean> {
    if (!("MediaSource" in globalThis) || !MediaSource.isTypeSupported(word.mime)) return false;
    this.close();
    this.#timescale = word.timescale;
    this.#zero = null;
    this.#isNear = false;
    const source = new MediaSource();
    this.#source = source;
    this.#url = URL.createObjectURL(source);
    this.element.src = this.#url;
    await new Promise<void>((opened) => source.addEventListener("sourceopen", () => opened(), { once: true }));
    if (this.#source !== source) return true;
    this.#buffer = source.addSourceBuffer(word.mime);
    this.#buffer.addEventListener("updateend", () => this.#next());
    this.#watch = window.setInterval(() => this.#keepUp(), 250);
    this.#countShown();
    this.#next();
    return true;
  }

  take(message: ArrayBuffer, picture: Picture | null): void {
    if (picture !== null) {
      if (this.#zero === null) {
        if (!picture.isKey) return;
        this.#zero = picture.decode; // the relay's timeline began when the camera was opened
      }
      this.#last = picture;
    }
    this.#queue.push(message);
    this.#next();
  }

  close(): void {
    clearInterval(this.#watch);
    this.#queue.length = 0;
    this.#buffer = null;
    this.#source = null;
    if (this.#url !== "") URL.revokeObjectURL(this.#url);
    this.#url = "";
  }

  #next(): void {
    const buffer = this.#buffer;
    if (buffer === null || buffer.updating || this.#source?.readyState !== "open") return;
    const held = this.element.buffered;
    if (held.length > 0 && this.element.currentTime - held.start(0) > 2 * HELD_S) {
      buffer.remove(held.start(0), this.element.currentTime - HELD_S);
      return;
    }
    const message = this.#queue.shift();
    if (message === undefined) return this.#steer();
    if (this.#zero !== null) {
      const offset_s = -this.#zero / this.#timescale;
      if (buffer.timestampOffset !== offset_s) buffer.timestampOffset = offset_s;
    }
    try {
      buffer.appendBuffer(message);
    } catch {
      this.#queue.length = 0; // full, or broken: the next keyframe is soon
    }
  }

  /** A media element would rather play on than skip. Whoever joins gets what has come since the last keyframe, which may
   * be seconds, and would stay behind by as much. */
  #steer(): void {
    const held = this.element.buffered;
    if (held.length === 0 || this.element.seeking) return;
    const [start, end] = [held.start(held.length - 1), held.end(held.length - 1)];
    const wanted_s = this.#spare_s + (this.#last?.duration ?? 0) / this.#timescale;
    const inHand_s = end - this.element.currentTime;
    // Where pictures were left out there is a gap, at which it would wait for ever.
    if (this.element.currentTime < start || inHand_s > (this.#isNear ? BEHIND_S : wanted_s)) {
      this.element.currentTime = Math.max(start, end - wanted_s);
    } else if (inHand_s > wanted_s + 0.03) {
      this.element.playbackRate = FASTER;
    } else if (inHand_s < wanted_s) {
      this.element.playbackRate = 1;
    }
    this.#isNear = true;
  }

  #keepUp(): void {
    this.#steer();
    if (this.element.paused) void this.element.play().catch(() => undefined);
  }

  #countShown(): void {
    const element = this.element;
    if (!(element instanceof HTMLVideoElement)) return;
    const buffer = this.#buffer;
    const each = (): void => {
      if (this.#buffer !== buffer) return;
      if (this.#last !== null) this.#shown(this.#last);
      element.requestVideoFrameCallback(each);
    };
    element.requestVideoFrameCallback(each);
  }
}
