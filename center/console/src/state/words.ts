// What alerts, states and messages are called on the page.
import type { Alert, AlertKind, AlertState, Camera, CameraKind, Check, Feed, FeedState, Message } from "../wire/views.ts";

export const KIND_WORDS: Record<AlertKind, string> = {
  "hotlist-hit": "Hotlist hit",
  "unit-emergency": "Unit emergency",
  "hotlist-refused": "Hotlist refused",
  "feed-quiet": "Feed quiet",
  unacknowledged: "Not answered",
  listening: "Somebody listens",
  "patrol-boxes": "Patrol boxes",
  "burglary-list": "Burglaries near each other",
  "burglary-rash": "Rash of burglaries",
  "community-clips": "Clips of the community",
  "warrant-lead": "Warrant, a lead",
  "stop-silent": "A stop that does not answer",
};

export const CAMERA_WORDS: Record<CameraKind, string> = {
  dash: "Dash camera",
  body: "Body camera",
  "back-seat": "Back seat camera",
  fixed: "Fixed camera",
  community: "Community camera",
  aircraft: "Aircraft camera",
  microphone: "Microphone",
};

export const CONSENT_WORDS: Record<NonNullable<Camera["consent"]>, string> = {
  always: "Shared at all times",
  "per-incident": "Shared while something goes on near it",
  "on-request": "Its owner is asked for each call",
  asked: "Shared for one call, because its owner was asked",
  never: "Not shared",
};

export const OFFER_WORDS = { sees: "has it in view", unit: "on a unit near by", near: "near, looks elsewhere" } as const;

export const STATE_WORDS: Record<AlertState, string> = {
  raised: "Raised",
  acknowledged: "Acknowledged",
  confirmed: "Confirmed",
  dismissed: "Dismissed",
};

export const FEED_WORDS: Record<FeedState, string> = {
  alive: "Alive",
  late: "Late",
  silent: "Silent",
  never: "Never heard",
};

/** What a feed brings, by the format that it speaks. */
const BRINGS: Record<string, string> = {
  nmea: "Positions of units",
  taip: "Positions of units",
  owntracks: "Positions of units",
  cot: "Positions of units",
  eido: "911 calls",
  sbs: "Aircraft",
  beast: "Aircraft",
  avr: "Aircraft",
  "aircraft-json": "Aircraft",
  klv: "Where an aircraft's camera looks",
  rekor: "Plate reads",
  frigate: "Plate reads",
  hikvision: "Plate reads",
  "lpr-frames": "Pictures of plates",
  hotlist: "Hotlist",
  terminal: "Deputies' terminals",
  tips: "Tips from the public",
};

/** Names that are not written in capitals. */
const SPELT: Record<string, string> = {
  rekor: "Rekor",
  frigate: "Frigate",
  hikvision: "Hikvision",
  owntracks: "OwnTracks",
  beast: "Beast",
  cot: "CoT",
  "aircraft-json": "aircraft.json",
};

/** Formats that have no name but what they bring. */
const OWN: ReadonlySet<string> = new Set(["hotlist", "terminal", "lpr-frames", "tips"]);
const LINKS: Record<string, string> = {
  udp: "UDP",
  tcp: "TCP",
  "tcp-listen": "TCP",
  http: "HTTP",
  poll: "HTTP",
  mqtt: "MQTT",
  rtsp: "RTSP",
  folder: "files",
  track: "RTSP",
};

/** What a feed brings, and how: `911 calls · EIDO by HTTP`. */
export function feedWords(feed: Feed): string {
  const brings = BRINGS[feed.format ?? ""];
  const format = OWN.has(feed.format ?? "") && brings !== undefined ? "" : (SPELT[feed.format ?? ""] ?? feed.format?.toUpperCase());
  const link = feed.link ? `by ${LINKS[feed.link] ?? feed.link}` : "";
  return [brings, [format, link].filter(Boolean).join(" ")].filter(Boolean).join(" · ");
}

export const MESSAGE_WORDS: Record<Message["state"], string> = {
  sent: "Sent, waiting",
  acked: "Acknowledged",
  silent: "No answer",
};

export const CHECK_WORDS: Record<Check, string> = {
  asked: "Being asked now",
  listed: "Still listed",
  "not-listed": "Not listed any more",
  "not-checked": "No answer: not checked",
};

export const DOUBT_WORDS: Record<string, string> = {
  "no-fix": "The receiver says it has no fix",
  frozen: "The same position keeps coming while the unit reports speed",
  jumped: "The position jumped farther than the unit can drive",
  clock: "The device’s clock is wrong",
  duplicate: "Two devices report as this unit",
};

/** Kinds whose subject is a number of the center's own, which nobody in the room says. */
const NAMELESS: ReadonlySet<AlertKind> = new Set(["patrol-boxes", "burglary-list", "burglary-rash", "community-clips"]);
/** Of a number of the center's own. */
export const MINTED = /^[a-z]+\d+\.\d+$/;

/** Whether what an alert is about has a name that people use: a plate, a unit, a feed, a list. */
export const isNamed = (alert: Alert): boolean => !NAMELESS.has(alert.kind) && !MINTED.test(alert.subject);

/** The panel in which that is decided which an alert only tells of. */
export const DECIDED_IN: Partial<Record<AlertKind, string>> = {
  "patrol-boxes": "patterns",
  "burglary-list": "patterns",
  "burglary-rash": "patterns",
  "community-clips": "community",
};

export function alertTitle(alert: Alert): string {
  return alert.headline ?? `${KIND_WORDS[alert.kind] ?? alert.kind}: ${alert.subject}`;
}
