// What is made of burglary reports: the forecast's boxes, and what became of them.
// Knows: when to ask for it anew, and how far back the map looks. Refuses to know: what a box is worth.
import { read } from "../wire/api.ts";
import type { Burglary, Micros, Offer, Patterns, Series } from "../wire/views.ts";

const DAY = 86_400_000_000;
/** How far back the slider goes, and for how long a burglary stays on the map once it has been found. */
export const SLIDER_DAYS = 42;
export const SHOWN_DAYS = 14;

/** On the map: what waits for a decision and what is patrolled, until its time is over. */
export function isOnOffer(offer: Offer, now: Micros): boolean {
  return (offer.state === "proposed" || offer.state === "accepted") && now < offer.ends;
}

export class Patrol {
  known = $state.raw<Patterns | null>(null);
  trouble = $state("");
  /** Whether burglaries and the surface are on the map: while somebody looks at patterns. */
  looking = $state(false);
  surface = $state(true);
  /** The evening up to which burglaries are on the map, as days before now. */
  back = $state(0);
  /** Which series alone is on the map, by its first report; all if empty. */
  only = $state("");

  get series(): readonly Series[] {
    return this.known?.advice?.series ?? [];
  }

  /** What people call a report by. */
  nameOf(report: string): string {
    const known = this.known?.burglaries?.find((one) => one.report === report);
    return known?.number || report.slice(report.indexOf("/") + 1);
  }

  /** What had been found by the moment of the slider, no longer ago than it stays on the map. */
  until(now: Micros): Burglary[] {
    const until = now - this.back * DAY;
    return (this.known?.burglaries ?? []).filter((one) => one.known <= until && one.known > until - SHOWN_DAYS * DAY);
  }

  get offers(): readonly Offer[] {
    return this.known?.offers ?? [];
  }

  /** Asks the center; for those who may know. */
  async load(): Promise<void> {
    const answer = await read<Patterns>("/api/patterns");
    if (answer.ok) this.known = answer.value;
    this.trouble = answer.ok ? "" : answer.why;
  }
}

/** A letter for each series, in their order: A, B … Z, then numbers. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}
