// Tips of the public as GET /api/tips tells them (docs/feeds/tips.md). Absent fields have their default.
import type { Maybe, Micros } from "./views.ts";

/** What a person said of a tip and a thing: that it belongs to it, or (absent) does not. */
export interface Word {
  belongs?: boolean;
  by: string;
  at: Micros;
  why: string;
}

/** A tip that may be about a call, and why; `said` counts over that. What it says is in the list of tips. */
export interface NearTip {
  tip: string;
  number: string;
  at: Micros;
  why?: Maybe<string[]>;
  said?: Maybe<Word>;
}

export interface Tip {
  tip: string;
  number: string;
  line: string;
  at: Micros;
  channel?: string;
  offence?: Maybe<string>;
  text?: string;
  begins?: Maybe<Micros>;
  ends?: Maybe<Micros>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  address?: string;
  plate?: Maybe<string>;
  state?: Maybe<string>;
  vehicle?: string;
  /** How many things were dropped that could say who told it. */
  withheld?: number;
  revision?: number;
  about?: { kind: "incident" | "bulletin" | "series" | "case"; id: string; headline: string; why?: string[]; said?: Maybe<Word> }[];
}
