import { expect, test } from "vitest";
import { SECOND } from "../look/format.ts";
import type { Alert, Unit } from "../wire/views.ts";
import {
  aircraftPoints,
  alertFlags,
  circle,
  footprints,
  fade,
  incidentPoints,
  nextPoints,
  positionOf,
  readsInOrder,
  trackOf,
  unitPoints,
  unitSymbol,
  viewSectors,
} from "./features.ts";
import { agencyHues } from "./palette.ts";
import { extend, type Trail } from "./trails.ts";

const hues = agencyHues([
  { agency: "cpso", own: true },
  { agency: "lcpd", own: false },
  { agency: "spd", own: false },
]);
const look = { theme: "dark", hues, own: true, others: true } as const;
const at = { lat: 30.2, lon: -93.2, at: 0, seen: 0 };

test("a thing without both coordinates has no place", () => {
  expect(positionOf({ lat: 30 })).toBeNull();
  expect(positionOf({ lat: null, lon: null })).toBeNull();
  expect(positionOf(at)).toEqual([-93.2, 30.2]);
});

test("ownership, agency, status, movement and staleness each change the symbol", () => {
  const unit: Unit = { unit: "C1", own: true, status: "enroute", speed_mps: 10, course_deg: 90 };
  expect(unitSymbol(unit, "dark", hues)).toBe("unit/dark/own/enroute/1/0");
  expect(unitSymbol({ ...unit, own: false, agency: "spd" }, "dark", hues)).toBe("unit/dark/1/enroute/1/0");
  expect(unitSymbol({ ...unit, speed_mps: 0.4, stale: true }, "light", hues)).toBe(
    "unit/light/own/enroute/0/1",
  );
  expect(unitSymbol({ ...unit, status: "code 7" }, "dark", hues)).toBe("unit/dark/own/other/1/0");
  expect(unitSymbol({ ...unit, status: "code-3" }, "dark", hues)).toBe("unit/dark/own/enroute/1/0");
  expect(unitSymbol({ ...unit, status: "off-duty" }, "dark", hues)).toBe("unit/dark/own/out-of-service/1/0");
});

test("a unit fades with its age but never away, and an emergency not at all", () => {
  expect(fade(30 * SECOND)).toBe(1);
  expect(fade(360 * SECOND)).toBeCloseTo(0.675);
  expect(fade(86_400 * SECOND)).toBe(0.35);
  const [alarmed] = unitPoints([{ ...at, unit: "C1", status: "emergency" }], 86_400 * SECOND, look).features;
  expect(alarmed?.properties).toMatchObject({ fade: 1, turn: 0 });
});

test("hidden agencies leave the map, unless one of theirs is in an emergency", () => {
  const units: Unit[] = [
    { ...at, unit: "C1", own: true },
    { ...at, unit: "L1" },
    { ...at, unit: "L2", status: "emergency" },
    { unit: "L3" },
  ];
  const shown = unitPoints(units, 0, { ...look, others: false }).features;
  expect(shown.map((feature) => feature.properties?.["id"])).toEqual(["C1", "L2"]);
});

test("a position in doubt is marked in the label", () => {
  const [doubted] = unitPoints([{ ...at, unit: "C1", doubt: ["frozen"] }], 0, look).features;
  expect(doubted?.properties?.["label"]).toBe("C1 ?");
});

test("a circle of 500 m is 500 m on the ground in both directions", () => {
  const ring = circle([-93.2, 30.2], 500).coordinates[0] ?? [];
  const [east, north] = [ring[0] ?? [], ring[12] ?? []];
  expect(((east[0] ?? 0) + 93.2) * 111_320 * Math.cos((30.2 * Math.PI) / 180)).toBeCloseTo(500, 0);
  expect(((north[1] ?? 0) - 30.2) * 111_320).toBeCloseTo(500, 0);
  expect(ring.at(-1)).toEqual(ring[0]?.map((value) => expect.closeTo(value, 9) as number));
});

test("closed incidents and those without a place are not drawn", () => {
  const drawn = incidentPoints(
    [
      { ...at, incident: "open", state: "open", priority: 1 },
      { ...at, incident: "closed", state: "closed" },
      { incident: "nowhere", state: "open" },
    ],
    "dark",
  );
  expect(drawn.features.map((feature) => feature.properties?.["id"])).toEqual(["open"]);
});

test("a track runs through the reads in the order they were seen, not received", () => {
  const read = (id: string, seen: number, lon: number) => ({ read: id, seen, lon, lat: 30 });
  const alert: Alert = {
    alert: "a",
    kind: "hotlist-hit",
    state: "raised",
    subject: "482KLM",
    at: 0,
    reads: [read("late", 9, -93.1), read("early", 1, -93.3), { read: "nowhere", seen: 5 }],
  };
  const { line, stops } = trackOf(readsInOrder(alert), String);
  expect(line.features[0]?.geometry.coordinates).toEqual([
    [-93.3, 30],
    [-93.1, 30],
  ]);
  expect(stops.features.map((stop) => [stop.properties?.["number"], stop.properties?.["last"]])).toEqual([
    ["1", false],
    ["2", true],
  ]);
  expect(trackOf([], String).stops.features).toEqual([]);
  expect(alertFlags([alert], "dark").features[0]?.geometry.coordinates).toEqual([-93.1, 30]);
});

test("where the car can be next is told to the minute, the soonest first where there is no room for all", () => {
  const at = (minute: number): number => minute * 60 * SECOND;
  const next = [
    { reader: "far", lat: 30, lon: -93, earliest: at(9), latest: at(20) },
    { reader: "near", lat: 30, lon: -93.1, earliest: at(3), latest: at(3) + SECOND },
  ];
  const alert: Alert = { alert: "a", kind: "hotlist-hit", state: "raised", subject: "482KLM", at: 0, next };
  const clock = (moment: number): string => new Date(moment / 1000).toISOString().slice(11, 19);
  const { features } = nextPoints(alert, 0, clock);
  expect(features.map(({ properties }) => properties?.["time"])).toEqual(["00:03", "00:09–00:20"]);
  const [near, far] = features.map(({ properties }) => properties?.["order"] as number);
  expect(near).toBeLessThan(far ?? 0);
});

test("a trail is bounded in length and age, and starts anew after a gap", () => {
  const trails = new Map<string, Trail>();
  const fly = (lon: number, seconds: number): void =>
    extend(trails, new Map([["a1", { icao: "a1", lat: 30, lon, at: seconds * SECOND }]]));
  for (let second = 0; second < 400; second++) fly(-93.9 + second * 0.001, second);
  const trail = trails.get("a1");
  expect(trail?.points.length).toBeLessThanOrEqual(60);
  expect((trail?.times.at(-1) ?? 0) - (trail?.times[0] ?? 0)).toBeLessThanOrEqual(180 * SECOND);
  fly(-92.1, 402);
  expect(trails.get("a1")?.points).toEqual([[-92.1, 30]]);
  extend(trails, new Map());
  expect(trails.size).toBe(0);
});

test("an aeroplane on the field is at 0 ft, not at 000", () => {
  const labels = [0, 12, 610].map(
    (altitude_m) =>
      aircraftPoints([{ icao: "a1b2c3", name: "Air One", lat: 30, lon: -93, altitude_m }], 0, "dark").features[0]
        ?.properties?.["label"],
  );
  expect(labels).toEqual(["Air One\n0 ft", "Air One\n0 ft", "Air One\n2000 ft"]);
});

test("a camera's sector opens where it looks, as wide and as far as it sees", () => {
  const camera = { camera: "gate", kind: "fixed", open: true, heading_deg: 90, view_deg: 60, range_m: 111.32 } as const;
  const [sector] = viewSectors([{ ...camera, lat: 0, lon: 10 }]).features;
  const ring = sector?.geometry.coordinates[0] ?? [];
  expect(ring[0]).toEqual([10, 0]);
  expect(ring.at(-1)).toEqual([10, 0]);
  const far = ring.slice(1, -1);
  expect(Math.max(...far.map(([lon = 0]) => lon))).toBeCloseTo(10.001, 6);
  expect(far.every(([lon = 0, lat = 0]) => Math.hypot(lon - 10, lat) < 0.0010001 && lon > 10.0008)).toBe(true);
  expect(viewSectors([{ ...camera, lat: 0, lon: 10, open: false }, { ...camera }]).features).toEqual([]);
});

test("an aircraft's outline is drawn while it is believed, longitude first", () => {
  const corners: [number, number][] = [[30, -93], [30, -92], [29, -92], [29, -93]];
  const camera = { camera: "air", kind: "aircraft", looking: { at: 0, corners } } as const;
  const [outline] = footprints([camera], 3 * SECOND).features;
  expect(outline?.geometry.coordinates[0]).toEqual([[-93, 30], [-92, 30], [-92, 29], [-93, 29], [-93, 30]]);
  expect(outline?.properties?.["fade"]).toBeCloseTo(0.9);
  expect(footprints([camera], 31 * SECOND).features).toEqual([]);
  const looking = { ...camera.looking, lat: 29.5, lon: -92.5, camera_lat: 28, camera_lon: -91 };
  const [, sight] = footprints([{ ...camera, looking }], 0).features;
  expect(sight?.geometry).toEqual({
    type: "LineString",
    coordinates: [
      [-91, 28],
      [-92.5, 29.5],
    ],
  });
});
