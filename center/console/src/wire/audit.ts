// What the routes of the audit trail answer (docs/api.md).
import type { Micros } from "./views.ts";

export interface AuditLine {
  id: string;
  at: Micros;
  operator: string;
  act: string;
  subject: string;
  granted: boolean;
  why: string;
  reason: string | null;
  case: string | null;
}

export interface Pattern {
  kind: string;
  operator: string;
  subject: string;
  said: string;
  count: number;
  first: Micros;
  last: Micros;
  lines: string[];
}

export type Verdict = "fine" | "asks" | "objects";

export interface Review {
  by: string;
  at: Micros;
  verdict: Verdict;
  note: string | null;
}

export interface Drawn {
  line: AuditLine;
  reviews: Review[];
}

export interface Sample {
  day: string;
  looks: number;
  drawn: Drawn[];
}

export interface Hold {
  hold: string;
  owner: string;
  reason: string;
  case: string;
  placed_at: Micros;
  expires: Micros;
  subject: string;
  /** Of what time; 0 and FOREVER where nobody said. */
  start: Micros;
  end: Micros;
}

/** The end of what has none. */
export const FOREVER = 2 ** 62;

export interface Holds {
  holds: Hold[];
  days: Record<string, number>;
  due_at: Micros;
  removed: Record<string, number>;
  held: number;
  trouble: string;
}

/** What is looked for in the trail; an empty word is anything. */
export interface Sought {
  operator: string;
  act: string;
  subject: string;
  granted: "" | "true" | "false";
  /** Minutes back from now; 0 is any time. */
  minutes: number;
}

export const NOTHING_SOUGHT: Sought = { operator: "", act: "", subject: "", granted: "", minutes: 0 };

/** The path that answers it. */
export function pathOf(sought: Sought, now: Micros): string {
  const query = new URLSearchParams({ limit: "200" });
  for (const name of ["operator", "act", "subject", "granted"] as const) {
    const word = sought[name].trim();
    if (word !== "") query.set(name, word);
  }
  if (sought.minutes > 0) query.set("since", String(Math.max(0, Math.round(now - sought.minutes * 60_000_000))));
  return `/api/audit?${query}`;
}

/** What stands out, as a heading says it. */
export const PATTERN_WORDS: Record<string, string> = {
  repeated: "Looked up again and again",
  trawled: "Many under one case",
  "no-case": "No case given",
  "case-afterwards": "A case found after a refusal",
  refused: "Refused often",
  "off-shift": "Outside the shift",
};
