// Finding units in a list.
// Knows: what a filter matches and how units are ordered. Refuses to know: how many rows fit a screen.
import { statusOf } from "../map/palette.ts";
import type { Unit } from "../wire/views.ts";

export interface UnitQuery {
  text: string;
  agency: string;
  /** `doubtful`: a position that is stale or doubted. */
  status: string;
}

export const EVERY_UNIT: UnitQuery = { text: "", agency: "", status: "" };

export function isDoubtful(unit: Unit): boolean {
  return unit.stale === true || (unit.doubt?.length ?? 0) > 0;
}

function matches(unit: Unit, query: UnitQuery): boolean {
  if (query.agency !== "" && unit.agency !== query.agency) return false;
  if (query.status === "doubtful" && !isDoubtful(unit)) return false;
  if (query.status !== "" && query.status !== "doubtful" && statusOf(unit.status) !== query.status)
    return false;
  const text = query.text.trim().toLowerCase();
  return text === "" || `${unit.unit} ${unit.agency ?? ""} ${unit.status ?? ""}`.toLowerCase().includes(text);
}

const natural = new Intl.Collator("en-US", { numeric: true });

/** Emergencies first, then one's own agency, then by call sign, `C9` before `C10`. */
export function find(units: Iterable<Unit>, query: UnitQuery): Unit[] {
  const found: Unit[] = [];
  for (const unit of units) if (matches(unit, query)) found.push(unit);
  const rank = (unit: Unit): number => (unit.status === "emergency" ? 0 : unit.own ? 1 : 2);
  return found.sort((a, b) => rank(a) - rank(b) || natural.compare(a.unit, b.unit));
}
