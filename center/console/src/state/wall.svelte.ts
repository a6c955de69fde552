// The cameras in front of this operator: what was asked for, what came of it, and renewing it in time.
// Knows: tickets and their ends. Refuses to know: sockets and pictures (see video/), and who may watch: the center says.
import { act, newRequestId, read } from "../wire/api.ts";
import type { Camera, Micros, Pass, WatchReason } from "../wire/views.ts";

export interface Occasion {
  reason: WatchReason;
  /** The number of what is going on; empty for trying whether the camera works. */
  case: string;
}

export interface Tile {
  camera: string;
  sound: boolean;
  occasion: Occasion;
  state: "asking" | "open" | "refused" | "ended";
  why: string;
  pass: Pass | null;
}

export const SIZES = [1, 4, 9] as const;
export type Size = (typeof SIZES)[number];
const RENEW_BEFORE_US = 60_000_000;
const AGAIN_US = 15_000_000;

export class Wall {
  /** In the order in which they were opened; at most `size` pictures, and beside them what is listened to. */
  readonly tiles = $state<Tile[]>([]);
  size = $state<Size>(1);
  /** Over the whole middle of the page, instead of beside the map. */
  whole = $state(false);
  readonly #renewed = new Map<Tile, Micros>();

  readonly #signedOut: () => void;

  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  get pictures(): Tile[] {
    return this.tiles.filter((tile) => !tile.sound);
  }

  find(camera: string, sound = false): Tile | undefined {
    return this.tiles.find((tile) => tile.camera === camera && tile.sound === sound);
  }

  /** Opens a camera, or asks anew for one that is open. The wall grows as far as it goes; then the oldest makes room. */
  watch(camera: string, occasion: Occasion, sound = false): void {
    this.#drop(camera, sound);
    if (!sound) {
      while (this.pictures.length >= this.size) {
        const larger = SIZES.find((size) => size > this.size);
        if (larger === undefined) this.stop(this.pictures[0] as Tile);
        else this.size = larger;
      }
    }
    const length = this.tiles.push({ camera, sound, occasion, state: "asking", why: "", pass: null });
    void this.#ask(this.tiles[length - 1] as Tile);
  }

  /** The best of those that an incident offers, as many as a wall of four shows. */
  watchOffered(incident: string, cameras: string[]): void {
    for (const camera of cameras.slice(0, 4).filter((camera) => this.find(camera) === undefined)) {
      this.watch(camera, { reason: "call", case: incident });
    }
  }

  stop(tile: Tile): void {
    this.#drop(tile.camera, tile.sound);
    if (tile.pass !== null && tile.state === "open") {
      void act(`/api/tickets/${encodeURIComponent(tile.pass.ticket)}/stop`, {}, newRequestId(), () => undefined);
    }
  }

  stopAll(): void {
    for (const tile of [...this.tiles]) this.stop(tile);
  }

  ended(tile: Tile, why: string): void {
    if (tile.state === "open") tile.state = "ended";
    tile.why = why;
  }

  /** Called now and then with the center's time: what goes on is renewed before it ends. */
  renew(now: Micros): void {
    for (const tile of this.tiles) {
      const until = tile.pass?.until ?? 0;
      const asked = this.#renewed.get(tile) ?? 0;
      if (tile.state !== "open" || tile.sound || tile.occasion.reason === "equipment") continue;
      if (until - now > RENEW_BEFORE_US || now - asked < AGAIN_US) continue;
      this.#renewed.set(tile, now);
      void this.#ask(tile);
    }
  }

  /** Where the stream is to be had now; null when the ticket is over. */
  async address(tile: Tile): Promise<string | null> {
    const pass = tile.pass;
    if (pass === null) return null;
    const found = await read<Pass>(`/api/tickets/${encodeURIComponent(pass.ticket)}`);
    if (found.ok) return `${found.value.address}/${found.value.token}`;
    if (found.status === 401) this.#signedOut();
    return found.status === 0 || found.status >= 500 ? `${pass.address}/${pass.token}` : null;
  }

  async #ask(tile: Tile): Promise<void> {
    const what = tile.sound ? "listen" : "watch";
    const body = { reason: tile.occasion.reason, ...(tile.occasion.case === "" ? {} : { case: tile.occasion.case }) };
    const path = `/api/cameras/${encodeURIComponent(tile.camera)}/${what}`;
    const outcome = await act(path, body, newRequestId(), () => undefined);
    if (outcome.kind === "granted") {
      tile.pass = outcome.body as Pass;
      tile.state = "open";
      tile.why = "";
      if (!this.tiles.includes(tile)) this.stop(tile); // closed while it was asked for
    } else if (outcome.kind === "signed-out") {
      this.#signedOut();
    } else {
      // A renewal that is refused leaves what there is until its end.
      tile.why = "why" in outcome ? outcome.why : "The center did not answer.";
      if (tile.state === "asking") tile.state = "refused";
    }
  }

  #drop(camera: string, sound: boolean): void {
    const place = this.tiles.findIndex((tile) => tile.camera === camera && tile.sound === sound);
    if (place !== -1) this.tiles.splice(place, 1);
  }
}

/** What a camera is called on the page. */
export const cameraName = (camera: Camera | undefined, id: string): string => camera?.name ?? id;
