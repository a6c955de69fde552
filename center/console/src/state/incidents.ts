// The order of the call list.
import type { Incident } from "../wire/views.ts";

const NO_PRIORITY = 99;
const CLOSED_SHOWN = 20;

function byUrgency(a: Incident, b: Incident): number {
  return (
    (a.priority ?? NO_PRIORITY) - (b.priority ?? NO_PRIORITY) ||
    (b.opened_at ?? 0) - (a.opened_at ?? 0) ||
    (a.incident < b.incident ? -1 : 1)
  );
}

/** Open incidents by priority and then the newest first; a few closed ones follow. */
export function listed(incidents: Iterable<Incident>): Incident[] {
  const open: Incident[] = [];
  const closed: Incident[] = [];
  for (const incident of incidents) (incident.state === "open" ? open : closed).push(incident);
  closed.sort((a, b) => (b.opened_at ?? 0) - (a.opened_at ?? 0));
  return [...open.sort(byUrgency), ...closed.slice(0, CLOSED_SHOWN)];
}
