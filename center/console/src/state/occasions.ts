// What is going on, as a reason to look through a camera.
// Knows: which calls, alerts and stops the center would take, and which of them is meant. Refuses to know: the answer.
import { sentence } from "../look/format.ts";
import type { Alert, Camera, Incident, Unit, WatchReason } from "../wire/views.ts";
import type { Thing } from "./desk.svelte.ts";
import type { Picture } from "./picture.ts";
import type { Occasion } from "./wall.svelte.ts";

export interface Choice {
  case: string;
  text: string;
}

export const REASON_WORDS: Record<WatchReason, string> = {
  call: "A call",
  alert: "An alert",
  stop: "A traffic stop",
  equipment: "Trying whether it works",
};

/** As the center does: a confirmed alert goes on for an hour. */
const CONFIRMED_US = 3_600_000_000;
const ABOUT_CARS_AND_PEOPLE = new Set(["hotlist-hit", "unit-emergency"]);

function isGoingOn(alert: Alert, now: number): boolean {
  if (!ABOUT_CARS_AND_PEOPLE.has(alert.kind)) return false;
  if (alert.state === "raised" || alert.state === "acknowledged") return true;
  const closed = alert.history?.at(-1)?.at ?? alert.at;
  return alert.state === "confirmed" && now - closed < CONFIRMED_US;
}

export const callText = (incident: Incident): string =>
  [incident.kind ?? "unknown kind", incident.address].filter((word) => word).join(", ");

/** All that could be meant by a reason, the newest first. */
export function choices(reason: WatchReason, picture: Picture, now: number): Choice[] {
  if (reason === "call") {
    return [...picture.incidents.values()]
      .filter((incident) => incident.state === "open")
      .map((incident) => ({ case: incident.incident, text: callText(incident) }))
      .toReversed();
  }
  if (reason === "alert") {
    return [...picture.alerts.values()]
      .filter((alert) => isGoingOn(alert, now))
      .map((alert) => ({ case: alert.alert, text: alert.headline ?? alert.subject }))
      .toReversed();
  }
  if (reason === "equipment") return [];
  return [...picture.units.values()].flatMap((unit) =>
    unit.stop ? [{ case: `${unit.unit}/${unit.stop.stop}`, text: stopText(unit) }] : [],
  );
}

const stopText = (unit: Unit): string => [unit.unit, unit.stop?.plate, unit.stop?.place].filter((word) => word).join(", ");

/** What a look is about, as a person would say it; what is over and gone, by its number. */
export function occasionText(reason: WatchReason, number: string, picture: Picture): string {
  const incident = picture.incidents.get(number);
  if (incident !== undefined) return sentence(callText(incident));
  const alert = picture.alerts.get(number);
  if (alert !== undefined) return alert.headline ?? alert.subject;
  const unit = picture.units.get(number.split("/")[0] ?? "");
  if (reason === "stop" && unit !== undefined) return `${REASON_WORDS.stop}, ${unit.unit}`;
  return `${REASON_WORDS[reason]} ${number}`.trim();
}

/** Whether a camera waits for its owner's word: it is shared for single calls, and for none of these now. */
export function waitsForOwner(camera: Camera, incident?: string): boolean {
  if (camera.consent !== "on-request") return false;
  return !camera.asks?.some((ask) => ask.state === "shared" && (incident === undefined || ask.incident === incident));
}

/** What is most likely meant by looking through this camera now: what is open, else what its unit is at. */
export function likely(camera: Camera, open: Thing | null, picture: Picture, now: number): Occasion | null {
  if (open?.kind === "incident" && picture.incidents.get(open.id)?.state === "open") {
    return { reason: "call", case: open.id };
  }
  const alert = open?.kind === "alert" ? picture.alerts.get(open.id) : undefined;
  if (alert !== undefined && isGoingOn(alert, now)) return { reason: "alert", case: alert.alert };
  const unit = picture.units.get(camera.unit ?? "");
  if (unit?.stop) return { reason: "stop", case: `${unit.unit}/${unit.stop.stop}` };
  for (const emergency of picture.alerts.values()) {
    const isIts = emergency.kind === "unit-emergency" && emergency.subject === camera.unit;
    if (isIts && isGoingOn(emergency, now)) return { reason: "alert", case: emergency.alert };
  }
  for (const incident of [...picture.incidents.values()].toReversed()) {
    const offers = incident.state === "open" && incident.cameras?.some((offer) => offer.camera === camera.camera);
    if (offers) return { reason: "call", case: incident.incident };
  }
  return null;
}
