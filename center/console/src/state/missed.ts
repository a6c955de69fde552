// What happened while nobody looked: counted from the watch log's lines.
// Knows: which lines a person wants to be told of, and how they are counted. Refuses to know: how it is shown, and when
// somebody was away (see seen.ts).
import { plural } from "../look/format.ts";
import type { LogLine, Micros } from "../wire/views.ts";

export interface MissedGroup {
  words: string;
  /** The newest line of each subject, oldest first. */
  lines: LogLine[];
}

export interface Missed {
  since: Micros;
  until: Micros;
  groups: MissedGroup[];
  /** The log given begins later than the absence did: there may be more. */
  more: boolean;
}

/** As many lines as a whole state brings (center/api/board.py). */
const FULL = 200;

const GROUPS: readonly [prefix: RegExp, one: string, many: string][] = [
  [/^alert-raised$/, "new alert", "new alerts"],
  [/^alert-acknowledged$/, "alert taken in hand", "alerts taken in hand"],
  [/^alert-(confirmed|dismissed)$/, "alert decided", "alerts decided"],
  [/^call-opened$/, "new call", "new calls"],
  [/^call-closed$/, "call closed", "calls closed"],
  [/^stop-opened$/, "traffic stop", "traffic stops"],
  [/^message-answered$/, "message acknowledged", "messages acknowledged"],
  [/^note$/, "note in the log", "notes in the log"],
];

/** Null when there is nothing to tell. What the person did themselves, on another screen, is not told. */
export function missed(log: readonly LogLine[], since: Micros, until: Micros, me: string): Missed | null {
  const fresh = log.filter((line) => line.at > since && line.at <= until && (line.operator ?? "") !== me);
  const groups = GROUPS.flatMap(([prefix, one, many]) => {
    const bySubject = new Map<string, LogLine>();
    for (const line of fresh) {
      if (prefix.test(line.what)) bySubject.set(line.what === "note" ? line.entry : line.subject, line);
    }
    const lines = [...bySubject.values()];
    return lines.length === 0 ? [] : [{ words: plural(lines.length, one, many), lines }];
  });
  const more = log.length >= FULL && (log[0]?.at ?? 0) > since;
  return groups.length === 0 ? null : { since, until, groups, more };
}
