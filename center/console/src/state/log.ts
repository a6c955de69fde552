// The watch log's lines: what they are called, and what they are about.
import { sentence } from "../look/format.ts";
import type { LogLine } from "../wire/views.ts";
import type { Thing } from "./desk.svelte.ts";
import { isNamed, KIND_WORDS } from "./words.ts";
import type { Picture } from "./picture.ts";

const WORDS: Record<string, string> = {
  "alert-raised": "Alert",
  "alert-acknowledged": "Alert in hand",
  "alert-confirmed": "Alert confirmed",
  "alert-dismissed": "Alert dismissed",
  "call-opened": "Call",
  "call-closed": "Call closed",
  "message-sent": "Message",
  "message-answered": "Answer",
  "video-opened": "Camera opened",
  "video-ended": "Camera closed",
  "video-kept": "Clip kept",
  "listening-began": "Listening",
  "listening-ended": "Listening ended",
  "stop-opened": "Traffic stop",
  "stop-closed": "Stop ended",
  "unit-video": "Video asked for",
  "unit-audio": "Audio asked for",
  "camera-revoke": "Camera revoked",
  "box-accept": "Box accepted",
  "box-decline": "Box declined",
  "owner-ask": "Owner asked",
  "owner-unask": "Owner asked no more",
  "plates-search": "Plate search",
  "tip-apart": "Tip set apart",
  "tip-belongs": "Tip",
  "tip-unsay": "Tip, taken back",
  note: "Note",
};

/** What kind of line it is; a kind that this page has never heard of is called as the center calls it. */
export const lineWord = (line: LogLine): string => WORDS[line.what] ?? line.what.replaceAll("-", " ");

/** Kinds to choose from, by how `what` begins. */
export const KINDS_OF_LINES: readonly [prefix: string, name: string][] = [
  ["", "Everything"],
  ["alert", "Alerts"],
  ["call", "Calls"],
  ["message", "Messages"],
  ["video", "Video"],
  ["listening", "Listening"],
  ["stop", "Traffic stops"],
  ["box", "Patrol boxes"],
  ["plates", "Plate searches"],
  ["note", "Notes"],
];

type Named = Thing & { text: string };

/** The thing that a line is about, if the page can open it, by the name a person knows it by. */
export function thingOf(line: LogLine, picture: Picture): Named | null {
  const id = line.subject;
  const alert = picture.alerts.get(id);
  if (alert !== undefined) return { kind: "alert", id, text: isNamed(alert) ? alert.subject : KIND_WORDS[alert.kind] };
  const incident = picture.incidents.get(id);
  if (incident !== undefined) return { kind: "incident", id, text: sentence(incident.kind ?? "call") };
  if (picture.units.has(id)) return { kind: "unit", id, text: id };
  const camera = picture.cameras.get(id);
  if (camera !== undefined) return { kind: "camera", id, text: camera.name ?? id };
  return null;
}
