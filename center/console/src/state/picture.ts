// What is true now, as far as the center has told us.
// Knows: how frames build the picture. Refuses to know: sockets, time, and who looks at it.
import {
  type Aircraft,
  type Alert,
  type Camera,
  type Delta,
  type Feed,
  type Incident,
  KINDS,
  type Kind,
  type LogLine,
  type State,
  type Unit,
  type Views,
} from "../wire/views.ts";

export interface Picture {
  position: number;
  /** The center's time in the last frame. */
  now: number;
  units: Map<string, Unit>;
  aircraft: Map<string, Aircraft>;
  alerts: Map<string, Alert>;
  incidents: Map<string, Incident>;
  cameras: Map<string, Camera>;
  feeds: Map<string, Feed>;
  /** The watch log's lines, oldest first, as far as they have been told. */
  log: LogLine[];
}

const MOST_LINES = 3000;

export function emptyPicture(): Picture {
  return {
    position: 0,
    now: 0,
    units: new Map(),
    aircraft: new Map(),
    alerts: new Map(),
    incidents: new Map(),
    cameras: new Map(),
    feeds: new Map(),
    log: [],
  };
}

function put<T>(into: Map<string, T>, items: readonly T[] | undefined, id: (item: T) => string): boolean {
  for (const item of items ?? []) into.set(id(item), item);
  return (items?.length ?? 0) > 0;
}

function putAll(picture: Picture, views: Views): Set<Kind> {
  const changed = new Set<Kind>();
  if (put(picture.units, views.units, (item) => item.unit)) changed.add("units");
  if (put(picture.aircraft, views.aircraft, (item) => item.icao)) changed.add("aircraft");
  if (put(picture.alerts, views.alerts, (item) => item.alert)) changed.add("alerts");
  if (put(picture.incidents, views.incidents, (item) => item.incident)) changed.add("incidents");
  if (put(picture.cameras, views.cameras, (item) => item.camera)) changed.add("cameras");
  if (put(picture.feeds, views.feeds, (item) => item.feed)) changed.add("feeds");
  return changed;
}

/** A frame that was made before the state came may bring lines which that has already. */
function joined(log: LogLine[], more: LogLine[]): LogLine[] {
  const known = new Set(log.slice(-MOST_LINES / 10).map((line) => line.entry));
  return [...log, ...more.filter((line) => !known.has(line.entry))].slice(-MOST_LINES);
}

/** Takes a frame in and says which kinds changed. A state replaces everything, a delta only what it names. */
export function apply(picture: Picture, frame: State | Delta): ReadonlySet<Kind> {
  picture.position = frame.position;
  picture.now = frame.now;
  if (frame.type === "state") {
    for (const kind of KINDS) picture[kind].clear();
    picture.log = frame.log ?? [];
    putAll(picture, frame);
    return new Set(KINDS);
  }
  const changed = putAll(picture, frame);
  if (frame.log !== undefined) picture.log = joined(picture.log, frame.log);
  for (const kind of KINDS) {
    for (const id of frame.gone?.[kind] ?? []) {
      if (picture[kind].delete(id)) changed.add(kind);
    }
  }
  return changed;
}
