import { expect, test } from "vitest";
import type { Alert, Camera, Incident, Unit } from "../wire/views.ts";
import { choices, likely } from "./occasions.ts";
import { emptyPicture, type Picture } from "./picture.ts";

const HOUR = 3_600_000_000;
const dash: Camera = { camera: "C1-dash", kind: "dash", unit: "C1" };

function picture(units: Unit[] = [], alerts: Alert[] = [], incidents: Incident[] = []): Picture {
  const made = emptyPicture();
  for (const unit of units) made.units.set(unit.unit, unit);
  for (const alert of alerts) made.alerts.set(alert.alert, alert);
  for (const incident of incidents) made.incidents.set(incident.incident, incident);
  return made;
}

const hit = (state: Alert["state"]): Alert => ({ alert: "a1", kind: "hotlist-hit", state, subject: "ABC123", at: 0 });
const call = (state: Incident["state"], camera = ""): Incident => ({
  incident: "i1",
  state,
  cameras: [{ camera, how: "sees", metres: 1 }],
});

test("what is open is meant, while it goes on", () => {
  const open = { kind: "alert", id: "a1" } as const;
  expect(likely(dash, open, picture([], [hit("acknowledged")]), 0)).toEqual({ reason: "alert", case: "a1" });
  expect(likely(dash, open, picture([], [hit("confirmed")]), HOUR - 1)).toEqual({ reason: "alert", case: "a1" });
  expect(likely(dash, open, picture([], [hit("confirmed")]), HOUR + 1)).toBe(null);
  expect(likely(dash, open, picture([], [hit("dismissed")]), 0)).toBe(null);
  const shown = { kind: "incident", id: "i1" } as const;
  expect(likely(dash, shown, picture([], [], [call("open")]), 0)).toEqual({ reason: "call", case: "i1" });
  expect(likely(dash, shown, picture([], [], [call("closed")]), 0)).toBe(null);
});

test("else what its unit is at, else a call that offers it", () => {
  const stopping = { unit: "C1", stop: { stop: "s1" } };
  expect(likely(dash, null, picture([stopping]), 0)).toEqual({ reason: "stop", case: "C1/s1" });
  const emergency: Alert = { ...hit("raised"), kind: "unit-emergency", subject: "C1" };
  expect(likely(dash, null, picture([], [emergency]), 0)).toEqual({ reason: "alert", case: "a1" });
  expect(likely(dash, null, picture([], [], [call("open", "C1-dash")]), 0)).toEqual({ reason: "call", case: "i1" });
  expect(likely(dash, null, picture([], [], [call("open", "other")]), 0)).toBe(null);
});

test("only what goes on can be chosen", () => {
  const both = picture([], [hit("raised"), { ...hit("raised"), alert: "a2", kind: "feed-quiet" }], [call("closed")]);
  expect(choices("alert", both, 0).map((choice) => choice.case)).toEqual(["a1"]);
  expect(choices("call", both, 0)).toEqual([]);
  expect(choices("equipment", both, 0)).toEqual([]);
});
