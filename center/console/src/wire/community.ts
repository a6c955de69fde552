// What the center answers about the public: what it is asked for, and what has come (docs/api.md).
import type { Maybe, Micros } from "./views.ts";

export interface OfferedClip {
  offer: string;
  owner: string;
  state: "waiting" | "approved" | "rejected" | "expired";
  at: Micros;
  /** By the center's clock, put right. */
  begins: Micros;
  ends: Micros;
  clock_off_us?: Maybe<number>;
  outside_us?: Maybe<number>;
  fit: string;
  seconds: number;
  width: number;
  height: number;
  codec: string;
  size: number;
  sha256: string;
  says?: Maybe<string>;
  by?: Maybe<string>;
  reason?: Maybe<string>;
  clip?: Maybe<string>;
}

export interface CommunityRequest {
  request: string;
  incident: string;
  operator: string;
  reason: string;
  words?: Maybe<string>;
  live?: Maybe<boolean>;
  lat: number;
  lon: number;
  radius_m: number;
  start: Micros;
  end: Micros;
  opened_at: Micros;
  until: Micros;
  state: "open" | "over";
  waiting?: Maybe<number>;
  clips?: Maybe<OfferedClip[]>;
  shared?: Maybe<string[]>;
}
