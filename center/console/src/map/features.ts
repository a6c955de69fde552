// The picture as GeoJSON for the map's live layers.
// Knows: which property each layer reads. Refuses to know: MapLibre, and whether anybody looks.
import type { Feature, FeatureCollection, LineString, Point, Polygon, Position } from "geojson";
import { SECOND } from "../look/format.ts";
import { nextReaders } from "../state/alerts.ts";
import { isOnOffer, letterOf } from "../state/patrol.svelte.ts";
import type {
  Advice,
  Aircraft,
  Alert,
  Burglary,
  Camera,
  Incident,
  Micros,
  Offer,
  PlateRead,
  Reader,
  Series,
  Unit,
} from "../wire/views.ts";
import { type Hues, PALETTES, statusOf, type Theme } from "./palette.ts";

/** Below this a receiver only wanders: its course means nothing. */
export const MOVING_MPS = 1.5;
const FADED = 0.35;
const FADE_AFTER_S = 60;
const FADE_OVER_S = 600;
const EARTH_M_PER_DEG = 111_320;
const CIRCLE_CORNERS = 48;

export type Points = FeatureCollection<Point>;

interface Placed {
  lat?: number | null | undefined;
  lon?: number | null | undefined;
}

/** Longitude first, or null where the thing has no place. */
export function positionOf(thing: Placed | null | undefined): [number, number] | null {
  return typeof thing?.lat === "number" && typeof thing.lon === "number" ? [thing.lon, thing.lat] : null;
}

function collection<T extends Point | Polygon | LineString>(features: Feature<T>[]): FeatureCollection<T> {
  return { type: "FeatureCollection", features };
}

function point(at: Position, properties: Record<string, unknown>): Feature<Point> {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: at } };
}

/** Full for a minute, then fainter for ten more, never gone: a deputy without a fix is still a deputy. */
export function fade(age_us: number): number {
  const late_s = age_us / SECOND - FADE_AFTER_S;
  return late_s <= 0 ? 1 : Math.max(FADED, 1 - ((1 - FADED) * late_s) / FADE_OVER_S);
}

/** The way a unit heads, or null at rest: a receiver at rest still reports some course. */
function heading(unit: Unit): number | null {
  return (unit.speed_mps ?? 0) >= MOVING_MPS ? (unit.course_deg ?? null) : null;
}

export function unitSymbol(unit: Unit, theme: Theme, hues: Hues): string {
  const kin = unit.own ? "own" : String(hues.get(unit.agency ?? "") ?? 0);
  const moving = heading(unit) === null ? 0 : 1;
  return `unit/${theme}/${kin}/${statusOf(unit.status)}/${moving}/${unit.stale ? 1 : 0}`;
}

export function doubts(unit: Unit): readonly string[] {
  if (unit.doubt === null || unit.doubt === undefined || unit.doubt === "") return [];
  return typeof unit.doubt === "string" ? [unit.doubt] : unit.doubt;
}

export interface UnitLook {
  theme: Theme;
  hues: Hues;
  own: boolean;
  others: boolean;
}

export function unitPoints(units: Iterable<Unit>, now: Micros, look: UnitLook): Points {
  const features: Feature<Point>[] = [];
  for (const unit of units) {
    const at = positionOf(unit);
    const alarmed = unit.status === "emergency";
    if (at === null || (!alarmed && !(unit.own ? look.own : look.others))) continue;
    features.push(
      point(at, {
        id: unit.unit,
        icon: unitSymbol(unit, look.theme, look.hues),
        turn: alarmed ? 0 : (heading(unit) ?? 0),
        fade: alarmed ? 1 : fade(now - (unit.seen ?? unit.at ?? now)),
        label: doubts(unit).length > 0 ? `${unit.unit} ?` : unit.unit,
        order: alarmed ? 3 : unit.own ? 2 : 1,
      }),
    );
  }
  return collection(features);
}

export function aircraftPoints(aircraft: Iterable<Aircraft>, now: Micros, theme: Theme): Points {
  const features: Feature<Point>[] = [];
  for (const craft of aircraft) {
    const at = positionOf(craft);
    if (at === null) continue;
    const height =
      typeof craft.altitude_m === "number" ? Math.round((craft.altitude_m * 3.28084) / 100) * 100 : null;
    const name = craft.name ?? craft.callsign ?? craft.icao;
    const level = craft.on_ground ? "ground" : height === null ? "" : `${height} ft`;
    features.push(
      point(at, {
        id: craft.icao,
        icon: `aircraft/${theme}/${craft.own ? "own" : "other"}`,
        turn: craft.course_deg ?? 0,
        fade: fade(now - (craft.at ?? now)),
        label: level === "" ? name : `${name}\n${level}`,
        order: craft.own ? 2 : 1,
      }),
    );
  }
  return collection(features);
}

export function trailLines(
  aircraft: Iterable<Aircraft>,
  trails: ReadonlyMap<string, readonly Position[]>,
  theme: Theme,
): FeatureCollection<LineString> {
  const features: Feature<LineString>[] = [];
  for (const craft of aircraft) {
    const trail = trails.get(craft.icao);
    if (trail === undefined || trail.length < 2) continue;
    const color = craft.own ? PALETTES[theme].ownAircraft : PALETTES[theme].aircraft;
    features.push({
      type: "Feature",
      properties: { color },
      geometry: { type: "LineString", coordinates: [...trail] },
    });
  }
  return collection(features);
}

export function readerPoints(readers: readonly Reader[], theme: Theme): Points {
  return collection(
    readers.flatMap((reader) => {
      const at = positionOf(reader);
      const properties = { id: reader.reader, icon: `reader/${theme}`, turn: 0, fade: 1, order: 0 };
      return at === null ? [] : [point(at, properties)];
    }),
  );
}

export function cameraPoints(cameras: Iterable<Camera>, theme: Theme): Points {
  const features: Feature<Point>[] = [];
  for (const camera of cameras) {
    const at = positionOf(camera);
    if (at === null) continue;
    const icon = `camera/${theme}/${camera.open ? 1 : 0}/${camera.state ?? "idle"}`;
    const turn = camera.heading_deg ?? 0;
    features.push(point(at, { id: camera.camera, icon, turn, fade: 1, order: camera.open ? 1 : 0 }));
  }
  return collection(features);
}

const SECTOR_CORNERS = 12;

/** Where cameras that stand look: the sector of each, as far as it sees. */
export function viewSectors(cameras: Iterable<Camera>): FeatureCollection<Polygon> {
  const features: Feature<Polygon>[] = [];
  for (const camera of cameras) {
    const at = positionOf(camera);
    if (at === null || !camera.open || typeof camera.heading_deg !== "number") continue;
    const [lon, lat] = at;
    const half = (camera.view_deg ?? 60) / 2;
    const north = (camera.range_m ?? 100) / EARTH_M_PER_DEG;
    const east = north / Math.cos((lat * Math.PI) / 180);
    const ring: Position[] = [at];
    for (let corner = 0; corner <= SECTOR_CORNERS; corner++) {
      const turn = ((camera.heading_deg - half + (2 * half * corner) / SECTOR_CORNERS) * Math.PI) / 180;
      ring.push([lon + east * Math.sin(turn), lat + north * Math.cos(turn)]);
    }
    ring.push(at);
    const live = camera.state === "live";
    features.push({
      type: "Feature",
      properties: { live },
      geometry: { type: "Polygon", coordinates: [ring] },
    });
  }
  return collection(features);
}

const LOOKED_FOR_S = 30;

/**
 * The outline of what an aircraft's camera shows, and the line from there to it, for as long as it is believed to look
 * there: an outline is a hundred metres wide, which is nothing on a map of the parish.
 */
export function footprints(cameras: Iterable<Camera>, now: Micros): FeatureCollection<Polygon | LineString> {
  const features: Feature<Polygon | LineString>[] = [];
  for (const camera of cameras) {
    const corners = camera.looking?.corners ?? [];
    const age_s = (now - (camera.looking?.at ?? 0)) / SECOND;
    if (corners.length < 3 || age_s > LOOKED_FOR_S) continue;
    const ring: Position[] = [...corners, corners[0] as [number, number]].map(([lat, lon]) => [lon, lat]);
    const fading = Math.max(0.2, Math.min(1, 1 - age_s / LOOKED_FOR_S));
    features.push({
      type: "Feature",
      properties: { fade: fading },
      geometry: { type: "Polygon", coordinates: [ring] },
    });
    const { lat, lon, camera_lat, camera_lon } = camera.looking ?? {};
    if (lat == null || lon == null || camera_lat == null || camera_lon == null) continue;
    const sight = [
      [camera_lon, camera_lat],
      [lon, lat],
    ];
    features.push({
      type: "Feature",
      properties: { fade: fading },
      geometry: { type: "LineString", coordinates: sight },
    });
  }
  return collection(features);
}

/** A circle on the ground; good to a percent for the radii a phone's location has. */
export function circle([lon, lat]: [number, number], radius_m: number): Polygon {
  const ring: Position[] = [];
  const north = radius_m / EARTH_M_PER_DEG;
  const east = north / Math.cos((lat * Math.PI) / 180);
  for (let corner = 0; corner <= CIRCLE_CORNERS; corner++) {
    const turn = (corner / CIRCLE_CORNERS) * 2 * Math.PI;
    ring.push([lon + east * Math.cos(turn), lat + north * Math.sin(turn)]);
  }
  return { type: "Polygon", coordinates: [ring] };
}

export function incidentPoints(incidents: Iterable<Incident>, theme: Theme): Points {
  const features: Feature<Point>[] = [];
  for (const incident of incidents) {
    const at = positionOf(incident);
    if (at === null || incident.state === "closed") continue;
    const priority = Math.min(incident.priority ?? 0, 9);
    const icon = `incident/${theme}/${priority}`;
    features.push(point(at, { id: incident.incident, icon, turn: 0, fade: 1, order: 9 - priority }));
  }
  return collection(features);
}

/** How far off each call may be, and the `area` that somebody is choosing or looking at. */
export function uncertaintyCircles(
  incidents: Iterable<Incident>,
  theme: Theme,
  area: { lat: number; lon: number; radius_m: number } | null = null,
): FeatureCollection<Polygon> {
  const colors = PALETTES[theme].priority;
  const features: Feature<Polygon>[] = [];
  for (const incident of incidents) {
    const at = positionOf(incident);
    const radius_m = incident.uncertainty_m ?? 0;
    if (at === null || radius_m <= 0 || incident.state === "closed") continue;
    const color = colors[Math.min(Math.max(incident.priority ?? colors.length, 1), colors.length) - 1];
    features.push({ type: "Feature", properties: { color }, geometry: circle(at, radius_m) });
  }
  if (area !== null) {
    const color = PALETTES[theme].accent;
    features.push({ type: "Feature", properties: { color }, geometry: circle([area.lon, area.lat], area.radius_m) });
  }
  return collection(features);
}

/** Alerts that still need somebody, where their plate was last seen. */
export function alertFlags(alerts: readonly Alert[], theme: Theme): Points {
  const colors = PALETTES[theme];
  return collection(
    alerts.flatMap((alert) => {
      const at =
        readsInOrder(alert)
          .map(positionOf)
          .findLast((place) => place !== null) ?? null;
      if (at === null) return [];
      const raised = alert.state === "raised";
      const color = raised ? colors.alarm : colors.warn;
      const icon = `flag/${theme}/${alert.state}`;
      return [
        point(at, {
          id: alert.alert,
          icon,
          turn: 0,
          fade: 1,
          label: alert.subject,
          color,
          order: raised ? 2 : 1,
        }),
      ];
    }),
  );
}

/** The reads of one alert, the oldest sighting first, whatever order they came in. */
export function readsInOrder(alert: Alert): PlateRead[] {
  const reads = alert.reads?.length ? alert.reads : alert.read ? [alert.read] : [];
  return inOrder(reads);
}

export function inOrder(reads: readonly PlateRead[]): PlateRead[] {
  return reads.toSorted((a, b) => (a.seen ?? a.at ?? 0) - (b.seen ?? b.at ?? 0));
}

/** The way that reads took, oldest first. */
export function trackOf(
  taken: readonly PlateRead[],
  clock: (at: Micros) => string,
): { line: FeatureCollection<LineString>; stops: Points } {
  const reads = taken.filter((read) => positionOf(read) !== null);
  const places = reads.map((read) => positionOf(read) as [number, number]);
  const stops = reads.map((read, index) => {
    const when = read.seen ?? read.at;
    const time = typeof when === "number" ? clock(when) : "";
    return point(places[index] as [number, number], {
      number: String(index + 1),
      time,
      last: index === reads.length - 1,
    });
  });
  const line: Feature<LineString>[] =
    places.length < 2
      ? []
      : [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: places } }];
  return { line: collection(line), stops: collection(stops) };
}

/** The readers that the car of an alert can come by next, each with its span of time; to the minute, for seconds would
 * cover the map. Where there is no room for all, the soonest are told. */
export function nextPoints(alert: Alert | null, now: Micros, clock: (at: Micros) => string): Points {
  const readers = alert === null ? [] : nextReaders(alert, now);
  return collection(
    readers.flatMap((reader) => {
      const at = positionOf(reader);
      const [from, to] = [reader.earliest, reader.latest].map((moment) => clock(moment).slice(0, 5));
      const span = from === to ? from : `${from}–${to}`;
      return at === null ? [] : [point(at, { id: reader.reader, time: span, order: reader.earliest })];
    }),
  );
}

/** The squares of patrol boxes that are proposed or patrolled; the first square of each bears the words. */
function square(lat: number, lon: number, side_m: number): Polygon {
  const north = side_m / 2 / EARTH_M_PER_DEG;
  const east = north / Math.cos((lat * Math.PI) / 180);
  const ring = [
    [lon - east, lat - north],
    [lon + east, lat - north],
    [lon + east, lat + north],
    [lon - east, lat + north],
    [lon - east, lat - north],
  ];
  return { type: "Polygon", coordinates: [ring] };
}

/** Where most is expected, the stronger the more, beside the likeliest cell. */
export function surfaceCells(advice: Advice | null | undefined): FeatureCollection<Polygon> {
  const most = advice?.surface?.[0]?.[2] ?? 0;
  const features = (advice?.surface ?? []).map(([lat, lon, expected]): Feature<Polygon> => ({
    type: "Feature",
    properties: { share: most > 0 ? expected / most : 0 },
    geometry: square(lat, lon, advice?.cell_m ?? 0),
  }));
  return { type: "FeatureCollection", features };
}

/** Burglaries with the letter of their series; of `only`, if one is asked for. */
export function burglaryPoints(found: readonly Burglary[], series: readonly Series[], only: string): Points {
  const letters = new Map<string, string>();
  const chosen = new Set<string>();
  for (const [index, one] of series.entries()) {
    for (const report of one.reports) letters.set(report, letterOf(index));
    if (one.reports[0] === only) for (const report of one.reports) chosen.add(report);
  }
  const shown = only === "" ? found : found.filter((one) => chosen.has(one.report));
  return collection(
    shown.map((one) => point([one.lon, one.lat], { id: one.report, letter: letters.get(one.report) ?? "" })),
  );
}

export function boxAreas(offers: readonly Offer[], now: Micros): FeatureCollection<Polygon> {
  const shown = offers.filter((offer) => isOnOffer(offer, now));
  const features = shown.flatMap((offer) => {
    return offer.box.cells.map(([lat, lon], index): Feature<Polygon> => {
      const words = `${offer.box.expected.toFixed(2)} expected${offer.state === "accepted" ? ", patrolled" : ""}`;
      const label = index === 0 ? { label: words } : {};
      return {
        type: "Feature",
        properties: { id: offer.offer, state: offer.state, ...label },
        geometry: square(lat, lon, offer.box.cell_m),
      };
    });
  });
  return { type: "FeatureCollection", features };
}
