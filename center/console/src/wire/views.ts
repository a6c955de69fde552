// The views and frames of docs/api.md, as types.
// Knows: the shape of what the center sends. Refuses to know: how it travels and what is done with it.
import type { NearTip } from "./tips.ts";

/** Microseconds since the epoch, UTC. Fits a double exactly until the year 2255. */
export type Micros = number;

/** Unknown is absent or null; both are treated alike. */
export type Maybe<T> = T | null | undefined;

export interface Operator {
  operator: string;
  name: string;
  agency: string;
  role: string;
}

export interface Agency {
  agency: string;
  name: string;
  own: boolean;
  /** What another agency that has joined may be shown. */
  sees?: Maybe<string[]>;
}

export interface Reader {
  reader: string;
  name?: Maybe<string>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
}

export interface Site {
  name: string;
  simulated: boolean;
  /** West, south, east, north; null where the site has no map. */
  bounds?: Maybe<[number, number, number, number]>;
  agencies: Agency[];
  readers: Reader[];
  /** IANA name; the browser's zone stands in where the center does not say. */
  timezone?: Maybe<string>;
}

/** A traffic stop in progress. */
export interface Stop {
  stop: string;
  at?: Maybe<Micros>;
  plate?: Maybe<string>;
  state?: Maybe<string>;
  place?: Maybe<string>;
  why?: Maybe<string>;
  /** `asked` or `answered`; what they said is read on request. */
  records?: Maybe<string>;
  revision?: Maybe<number>;
}

export interface Unit {
  unit: string;
  agency?: Maybe<string>;
  own?: Maybe<boolean>;
  status?: Maybe<string>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  speed_mps?: Maybe<number>;
  course_deg?: Maybe<number>;
  at?: Maybe<Micros>;
  seen?: Maybe<Micros>;
  stale?: Maybe<boolean>;
  doubt?: Maybe<string[] | string>;
  media?: Maybe<boolean>;
  stop?: Maybe<Stop>;
  /** Of its cameras, the newest first. */
  clips?: Maybe<Clip[]>;
}

export interface Aircraft {
  icao: string;
  callsign?: Maybe<string>;
  name?: Maybe<string>;
  own?: Maybe<boolean>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  altitude_m?: Maybe<number>;
  speed_mps?: Maybe<number>;
  course_deg?: Maybe<number>;
  on_ground?: Maybe<boolean>;
  at?: Maybe<Micros>;
}

export type AlertKind =
  | "hotlist-hit"
  | "unit-emergency"
  | "hotlist-refused"
  | "feed-quiet"
  | "unacknowledged"
  | "listening"
  | "patrol-boxes"
  | "burglary-list"
  | "burglary-rash"
  | "community-clips"
  | "warrant-lead"
  | "stop-silent";
export type AlertState = "raised" | "acknowledged" | "confirmed" | "dismissed";
export type Disposition = "wrong-state" | "misread" | "stale-listing" | "dismissed";

export interface PlateRead {
  read: string;
  reader?: Maybe<string>;
  reader_name?: Maybe<string>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  seen?: Maybe<Micros>;
  at?: Maybe<Micros>;
  plate?: Maybe<string>;
  state?: Maybe<string>;
  confidence?: Maybe<number>;
  make?: Maybe<string>;
  model?: Maybe<string>;
  color?: Maybe<string>;
  crop?: Maybe<string>;
  backward?: Maybe<boolean>;
}

/** A reader that the car can come by next, if it drives on, and between which moments. */
export interface NextReader {
  reader: string;
  reader_name?: Maybe<string>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  earliest: Micros;
  latest: Micros;
  /** The roads to it, or that there are none on the map. */
  via?: Maybe<string>;
}

/** What the records said of a listing; absent where there are none to ask. */
export type Check = "asked" | "listed" | "not-listed" | "not-checked";

export interface Listing {
  plate: string;
  state?: Maybe<string>;
  reason?: Maybe<string>;
  case?: Maybe<string>;
  make?: Maybe<string>;
  model?: Maybe<string>;
  color?: Maybe<string>;
  hotlist?: Maybe<string>;
  category?: Maybe<string>;
  version?: Maybe<string>;
  issued?: Maybe<Micros>;
  age_s?: Maybe<number>;
  /** It has been taken off its list since, or has expired. */
  off?: Maybe<boolean>;
}

export interface Difference {
  what: "state" | "make" | "model" | "color" | "letter";
  read?: Maybe<string>;
  listed?: Maybe<string>;
}

export interface HistoryEntry {
  at: Micros;
  operator?: Maybe<string>;
  act: string;
  disposition?: Maybe<string>;
  action?: Maybe<string>;
  note?: Maybe<string>;
}

export interface Message {
  message: string;
  unit: string;
  sent_at?: Maybe<Micros>;
  state: "sent" | "acked" | "silent";
  acked_at?: Maybe<Micros>;
  level?: Maybe<number>;
}

export interface Alert {
  alert: string;
  kind: AlertKind;
  state: AlertState;
  subject: string;
  headline?: Maybe<string>;
  at: Micros;
  detail?: Maybe<string>;
  lead?: Maybe<boolean>;
  read?: Maybe<PlateRead>;
  listing?: Maybe<Listing>;
  differs?: Maybe<Difference[]>;
  reads?: Maybe<PlateRead[]>;
  /** How many reads there were; `reads` may hold only the first of them. */
  reads_in_all?: Maybe<number>;
  /** How likely the car is the listed one, 0 to 1. */
  likely?: Maybe<number>;
  check?: Maybe<Check | "">;
  checked_at?: Maybe<Micros>;
  next?: Maybe<NextReader[]>;
  history?: Maybe<HistoryEntry[]>;
  disposition?: Maybe<string>;
  messages?: Maybe<Message[]>;
}

export interface Call {
  call: string;
  system?: Maybe<string>;
  number?: Maybe<string>;
  at?: Maybe<Micros>;
  text?: Maybe<string>;
  closed?: Maybe<boolean>;
}

export interface Incident {
  incident: string;
  kind?: Maybe<string>;
  priority?: Maybe<number>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  uncertainty_m?: Maybe<number>;
  address?: Maybe<string>;
  opened_at?: Maybe<Micros>;
  state: "open" | "closed";
  calls?: Maybe<Call[]>;
  units?: Maybe<{ unit: string; seconds: number }[]>;
  /** Those that may show it, best first. */
  cameras?: Maybe<{ camera: string; how: "sees" | "unit" | "near"; metres: number }[]>;
  clips?: Maybe<Clip[]>;
  changes?: Maybe<{ at: Micros; what: string }[]>;
  plates?: Maybe<{ plate: string; reader?: Maybe<string>; seen?: Maybe<Micros>; alert?: Maybe<string> }[]>;
  /** Agencies that it is shared with. */
  shared?: Maybe<string[]>;
  /** What the public told that may be about it, the latest first: leads. */
  tips?: Maybe<NearTip[]>;
}

export type CameraKind = "dash" | "body" | "back-seat" | "fixed" | "community" | "aircraft" | "microphone";
export type WatchReason = "call" | "alert" | "stop" | "equipment";

export interface Watch {
  ticket: string;
  operator: string;
  reason: string;
  since: Micros;
  until: Micros;
  sound?: Maybe<boolean>;
}

/** What lets its holder at a camera. */
export interface Pass {
  ticket: string;
  camera: string;
  sound: boolean;
  until: Micros;
  address: string;
  token: string;
}

export interface Camera {
  /** It keeps what was before by itself. */
  remembers?: Maybe<boolean>;
  camera: string;
  kind: CameraKind;
  name?: Maybe<string>;
  agency?: Maybe<string>;
  /** Whether this center may watch it at all. */
  open?: Maybe<boolean>;
  unit?: Maybe<string>;
  lat?: Maybe<number>;
  lon?: Maybe<number>;
  heading_deg?: Maybe<number>;
  view_deg?: Maybe<number>;
  range_m?: Maybe<number>;
  owner?: Maybe<string>;
  consent?: Maybe<"always" | "per-incident" | "on-request" | "asked" | "never">;
  state?: Maybe<string>;
  since?: Maybe<Micros>;
  why?: Maybe<string>;
  looking?: Maybe<{
    at: Micros;
    lat?: Maybe<number>;
    lon?: Maybe<number>;
    corners?: Maybe<[number, number][]>;
    camera_lat?: Maybe<number>;
    camera_lon?: Maybe<number>;
  }>;
  watched?: Maybe<Watch[]>;
  /** Whether its owner can be asked to share it for one call. */
  askable?: Maybe<boolean>;
  asks?: Maybe<OwnerAsk[]>;
}

/** The owner of a camera is asked for one call. `asked` says nothing of what they have said, or not. */
export interface OwnerAsk {
  ask: string;
  incident: string;
  operator: string;
  reason: string;
  at: Micros;
  until: Micros;
  state: "asked" | "shared" | "over";
  shared_at?: Maybe<Micros>;
  over_at?: Maybe<Micros>;
}

export interface Clip {
  clip: string;
  camera: string;
  operator: string;
  reason: string;
  state: "asked" | "kept" | "failed";
  start: Micros;
  end: Micros;
  size?: Maybe<number>;
  trouble?: Maybe<string>;
  /** No person had it kept. */
  by_rule?: Maybe<boolean>;
}

/** A line of the watch log; `subject` is the id of an alert, incident, unit or camera, or empty. */
export interface LogLine {
  entry: string;
  at: Micros;
  what: string;
  subject: string;
  text: string;
  operator?: Maybe<string>;
}

export type FeedState = "alive" | "late" | "silent" | "never";

export interface Feed {
  feed: string;
  format?: Maybe<string>;
  link?: Maybe<string>;
  state: FeedState;
  last?: Maybe<Micros>;
  messages?: Maybe<number>;
  events?: Maybe<number>;
  faults?: Maybe<number>;
  lost?: Maybe<number>;
  quiet_after_s?: Maybe<number>;
}

export interface Hello {
  type: "hello";
  now: Micros;
  rate: number;
  simulated: boolean;
  site: string;
  operator: Operator;
  /** The acts that the door lets this person do at all. */
  acts: string[];
  /** The kinds of thing that this person is shown. */
  kinds: (Kind | "log")[];
  /** What this person's agency, or the site, takes as a reason to look somebody up. */
  reasons: string[];
  /** Names of people by their sign-in names. */
  people?: Record<string, string>;
}

/** The lists a frame may carry; each item is complete and replaces the one with the same id. */
export interface Views {
  units?: Unit[];
  aircraft?: Aircraft[];
  alerts?: Alert[];
  incidents?: Incident[];
  cameras?: Camera[];
  feeds?: Feed[];
}

export type Kind = keyof Views;
export const KINDS: readonly Kind[] = ["units", "aircraft", "alerts", "incidents", "cameras", "feeds"];

export interface State extends Views {
  type: "state";
  position: number;
  now: Micros;
  /** The newest lines of the watch log. */
  log?: LogLine[];
}

export interface Delta extends Views {
  type: "delta";
  position: number;
  now: Micros;
  /** New lines of the watch log. */
  log?: LogLine[];
  gone?: Partial<Record<Kind, string[]>>;
  /** What has changed and is to be asked for apart. */
  anew?: Told[];
}

/** Lists that are in no frame, because not everybody may see all of them. */
export type Told = "messages" | "bulletins" | "tips";

export type Frame = Hello | State | Delta;

export * from "./patterns.ts";
