// Which alert needs a person now.
// Knows: the order of the alert list. Refuses to know: how an alert looks.
import type { Alert, AlertKind, Micros, NextReader } from "../wire/views.ts";

export interface AlertGroups {
  /** Nobody has looked yet. */
  raised: Alert[];
  /** Somebody is at it; a hit stays a lead until confirmed. */
  acknowledged: Alert[];
  /** Confirmed or dismissed. */
  finished: Alert[];
}

/** Nobody is on the road because of these: they wait below a car that is passing now, and are not shown in red. */
const CAN_WAIT: ReadonlySet<AlertKind> = new Set([
  "hotlist-refused",
  "feed-quiet",
  "listening",
  "patrol-boxes",
  "burglary-list",
  "burglary-rash",
  "community-clips",
]);

export const canWait = (alert: Alert): boolean => CAN_WAIT.has(alert.kind);

/** Somebody of ours may be in danger now (a crash is an alert of a unit's emergency, too): it is heard. */
export const isEmergency = (alert: Alert): boolean => alert.kind === "unit-emergency" || alert.kind === "stop-silent";

/** An officer's emergency key goes before anything else, what can wait behind it; otherwise the newest is first. */
function urgency(alert: Alert): number {
  if (alert.kind === "unit-emergency") return 0;
  return canWait(alert) ? 2 : 1;
}

function byNeed(a: Alert, b: Alert): number {
  return urgency(a) - urgency(b) || b.at - a.at || (a.alert < b.alert ? -1 : 1);
}

export function group(alerts: Iterable<Alert>): AlertGroups {
  const groups: AlertGroups = { raised: [], acknowledged: [], finished: [] };
  for (const alert of alerts) {
    if (alert.state === "raised") groups.raised.push(alert);
    else if (alert.state === "acknowledged") groups.acknowledged.push(alert);
    else groups.finished.push(alert);
  }
  groups.raised.sort(byNeed);
  groups.acknowledged.sort(byNeed);
  groups.finished.sort((a, b) => b.at - a.at || (a.alert < b.alert ? -1 : 1));
  return groups;
}

/**
 * True while a hotlist hit is only a lead: nobody has held the image against the text. Where the center leaves `lead`
 * out, only a confirmed hit is taken for more.
 */
export function isLead(alert: Alert): boolean {
  if (alert.kind !== "hotlist-hit" || alert.state === "dismissed") return false;
  return alert.lead ?? alert.state !== "confirmed";
}

export function isFinished(alert: Alert): boolean {
  return alert.state === "confirmed" || alert.state === "dismissed";
}

/** The readers that the car can still come by next, the soonest first. */
export function nextReaders(alert: Alert, now: Micros): NextReader[] {
  return (alert.next ?? [])
    .filter((reader) => reader.latest > now)
    .toSorted((a, b) => a.earliest - b.earliest || (a.reader < b.reader ? -1 : 1));
}
