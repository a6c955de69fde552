// When this person last saw the room in this browser, kept through reloads and the night.
// Knows: one moment for each person and site. Refuses to know: what happened since.
import type { Micros } from "../wire/views.ts";

const key = (site: string, operator: string): string => `rtcc-seen/${site}/${operator}`;

export function lastSeen(site: string, operator: string): Micros | null {
  try {
    const kept = Number(localStorage.getItem(key(site, operator)));
    return kept > 0 ? kept : null;
  } catch {
    return null; // storage may be forbidden; then everybody is new
  }
}

export function keepSeen(site: string, operator: string, at: Micros): void {
  try {
    localStorage.setItem(key(site, operator), String(at));
  } catch {
    // as above
  }
}
