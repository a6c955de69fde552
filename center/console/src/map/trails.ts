// Where aircraft have been for the last minutes.
// Knows: a bounded list of positions each. Refuses to know: how a trail is drawn.
import type { Position } from "geojson";
import { SECOND } from "../look/format.ts";
import type { Aircraft } from "../wire/views.ts";
import { positionOf } from "./features.ts";

const LONGEST = 60;
const APART = 2 * SECOND;
const FORGET = 180 * SECOND;
/** About 7 miles: an aircraft that is farther from its last position was away in between. */
const FAR_DEG = 0.1;

export interface Trail {
  points: Position[];
  times: number[];
}

function isFar(from: Position | undefined, to: readonly [number, number]): boolean {
  return from !== undefined && Math.abs((from[0] ?? 0) - to[0]) + Math.abs((from[1] ?? 0) - to[1]) > FAR_DEG;
}

/** Adds where each aircraft is now, and forgets aircraft that are gone and positions that are old. */
export function extend(trails: Map<string, Trail>, aircraft: ReadonlyMap<string, Aircraft>): void {
  for (const icao of trails.keys()) if (!aircraft.has(icao)) trails.delete(icao);
  for (const craft of aircraft.values()) {
    const position = positionOf(craft);
    const at = craft.at;
    if (position === null || typeof at !== "number") continue;
    const trail = trails.get(craft.icao) ?? { points: [], times: [] };
    trails.set(craft.icao, trail);
    if (at - (trail.times.at(-1) ?? Number.NEGATIVE_INFINITY) < APART) continue;
    if (isFar(trail.points.at(-1), position)) {
      trail.points = [];
      trail.times = [];
    }
    trail.points.push(position);
    trail.times.push(at);
    while (trail.points.length > LONGEST || at - (trail.times[0] ?? at) > FORGET) {
      trail.points.shift();
      trail.times.shift();
    }
  }
}
