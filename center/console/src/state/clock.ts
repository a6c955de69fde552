// The center's clock, carried on between its frames.
// Knows: one (center time, wall time) pair and how fast the center's clock runs. Refuses to read any clock itself.
import type { Micros } from "../wire/views.ts";

export interface SiteClock {
  now: Micros;
  wall_ms: number;
  rate: number;
}

/** A new fix of the clock; `rate` stays what it was where the frame does not say. */
export function anchor(clock: SiteClock | null, now: Micros, wall_ms: number, rate?: number): SiteClock {
  return { now, wall_ms, rate: rate ?? clock?.rate ?? 1 };
}

/** The center's time at the wall's `wall_ms`. */
export function timeAt(clock: SiteClock, wall_ms: number): Micros {
  return clock.now + (wall_ms - clock.wall_ms) * 1000 * clock.rate;
}
