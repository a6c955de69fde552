// What is made of burglary reports, as GET /api/patterns and its routes tell it (docs/patterns.md).
// Knows: the shape of boxes, series, reports and tries. Refuses to know: what any of it is worth.
import type { Maybe, Micros, PlateRead } from "./views.ts";

/** An area that one unit can patrol, in squares of `cell_m` metres around `cells` (latitude first). */
export interface Box {
  lat: number;
  lon: number;
  cell_m: number;
  cells: [number, number][];
  expected: number;
  low: number;
  high: number;
  none: number;
  long_run: number;
  why?: Maybe<[report: string, adds: number][]>;
}

export interface Offer {
  offer: string;
  box: Box;
  starts: Micros;
  ends: Micros;
  state: string;
  by?: Maybe<string>;
  units?: Maybe<string[]>;
  patrolled_s?: Maybe<Record<string, number>>;
}

export interface Advice {
  ends: Micros;
  expected: number;
  low: number;
  high: number;
  rashes?: Maybe<Rash[]>;
  series?: Maybe<Series[]>;
  /** The cells in which most is expected, of `cells` in all, of `cell_m` metres: latitude, longitude, how much. */
  surface?: Maybe<[lat: number, lon: number, expected: number][]>;
  cell_m?: Maybe<number>;
  cells?: Maybe<number>;
  tried?: Maybe<Tried[]>;
  note?: Maybe<string>;
}

export interface Rash {
  reports: string[];
  days: number;
  expected: number;
  alike?: Maybe<string[]>;
}

export interface Series {
  reports: string[];
  likely: number;
  why?: Maybe<[reason: string, adds: number][]>;
  confirmed?: Maybe<boolean>;
}

/** How one way to order the cells would have done lately. */
export interface Tried {
  kind: string;
  method: string;
  days: number;
  came: number;
  areas: { share: number; hit: number; pai: number; pei: number }[];
  places?: Maybe<{ lat: number; lon: number; came: number; hit: number }[]>;
  expected?: Maybe<number>;
}

export interface Burglary {
  report: string;
  /** What people call it by. */
  number?: Maybe<string>;
  kind: string;
  lat: number;
  lon: number;
  begins: Micros;
  ends: Micros;
  known: Micros;
  entry?: Maybe<string>;
  target?: Maybe<string>;
}

/** A plate that passed near several of a series. */
export interface NearPlate {
  plate: string;
  reports: string[];
  there: number;
  elsewhen?: Maybe<number>;
  last: PlateRead;
}

/** A tip near burglaries of a series: `reports` are those at whose place it tells of something in their window. */
export interface SeriesTip {
  tip: string;
  number: string;
  reports: string[];
  /** Who has said that it belongs to the series, and why. */
  by?: string;
  why?: string;
}

/** What is made of burglary reports (docs/patterns.md). */
export interface Patterns {
  on: boolean;
  reports: number;
  advice?: Maybe<Advice>;
  offers?: Maybe<Offer[]>;
  burglaries?: Maybe<Burglary[]>;
  /** Tips near a series, by its first report. */
  tips?: Maybe<Record<string, SeriesTip[]>>;
}
