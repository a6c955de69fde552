// What the operator has in front of them: the row under the cursor, what is open, which list is showing.
// Knows: moving and opening. Refuses to know: the data itself beyond the order of alerts.
import type { PlateRead } from "../wire/views.ts";
import type { AlertGroups } from "./alerts.ts";

export type Thing = { kind: "alert" | "incident" | "unit" | "camera"; id: string };
export type FormName = "confirm" | "dismiss";

export interface Shown {
  own: boolean;
  others: boolean;
  readers: boolean;
  aircraft: boolean;
  incidents: boolean;
  cameras: boolean;
  boxes: boolean;
}

export class Desk {
  open = $state.raw<Thing | null>(null);
  /** The alert the keys act upon. */
  cursor = $state<string | null>(null);
  form = $state<FormName | null>(null);
  /** On a wide screen alerts and map always show and this is the lower list; on a narrow one it is all there is.
   * The id of a panel (panels/registry.ts). */
  tab = $state("calls");
  finished = $state(false);
  keys = $state(false);
  /** Whether all panels are being offered. */
  panels = $state(false);
  readonly shown = $state<Shown>({
    own: true,
    others: true,
    readers: true,
    aircraft: true,
    incidents: true,
    cameras: true,
    boxes: true,
  });
  /** Reads to be shown on the map as a track, while no alert is open that has its own. */
  track = $state.raw<readonly PlateRead[]>([]);
  /** A circle on the map: where owners of cameras are asked. */
  area = $state.raw<{ lat: number; lon: number; radius_m: number } | null>(null);
  /** Counts requests to bring the open thing into view on the map. */
  center = $state(0);
  /** Whether the last of them meant a close look. */
  closely = false;
  /** Counts requests to move the focus into the panel. */
  entered = $state(0);

  /** Opens a thing. `enter`: the person means to work in the panel, not to walk on through the list. */
  show(thing: Thing, enter = true): void {
    if (this.open?.kind !== thing.kind || this.open.id !== thing.id) this.form = null;
    this.open = thing;
    if (thing.kind === "alert") this.cursor = thing.id;
    this.closely = false;
    this.center++;
    if (enter) this.entered++;
  }

  lookClosely(): void {
    this.closely = true;
    this.center++;
  }

  /** Shows reads on the map, and brings them into view. */
  follow(reads: readonly PlateRead[]): void {
    this.track = reads;
    if (this.open?.kind === "alert") this.close();
    this.center++;
  }

  close(): void {
    this.open = null;
    this.form = null;
  }

  /** The alerts a person can reach in the list, top to bottom. */
  reachable(groups: AlertGroups): string[] {
    const listed = [...groups.raised, ...groups.acknowledged, ...(this.finished ? groups.finished : [])];
    return listed.map((alert) => alert.alert);
  }

  /** Moves the cursor; an open alert follows it. From nowhere it goes to the first. */
  move(groups: AlertGroups, by: 1 | -1): string | null {
    const ids = this.reachable(groups);
    const here = this.cursor === null ? -1 : ids.indexOf(this.cursor);
    const next = here === -1 ? ids[0] : ids[Math.min(Math.max(here + by, 0), ids.length - 1)];
    if (next === undefined) return null;
    this.cursor = next;
    if (this.open?.kind === "alert") this.show({ kind: "alert", id: next }, false);
    return next;
  }
}
