// What alerts, states and messages are called on the page.
import type { Alert, AlertKind, AlertState, Camera, CameraKind, Check, FeedState, Message } from "../wire/views.ts";

export const KIND_WORDS: Record<AlertKind, string> = {
  "hotlist-hit": "Hotlist hit",
  "unit-emergency": "Unit emergency",
  "hotlist-refused": "Hotlist refused",
  "feed-quiet": "Feed quiet",
  unacknowledged: "No deputy answered",
  listening: "Somebody listens",
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

export function alertTitle(alert: Alert): string {
  return alert.headline ?? `${KIND_WORDS[alert.kind] ?? alert.kind}: ${alert.subject}`;
}
