import { expect, test } from "vitest";
import type { Alert } from "../wire/views.ts";
import { group, isEmergency, isLead } from "./alerts.ts";

const alert = (id: string, at: number, more: Partial<Alert> = {}): Alert => ({
  alert: id,
  kind: "hotlist-hit",
  state: "raised",
  subject: "482KLM",
  at,
  ...more,
});
const ids = (alerts: Alert[]): string[] => alerts.map((one) => one.alert);

test("raised alerts come newest first, an officer's emergency before all of them", () => {
  const old = alert("old", 1, { kind: "unit-emergency" });
  expect(ids(group([alert("a", 5), old, alert("b", 9)]).raised)).toEqual(["old", "b", "a"]);
});

test("a deputy in danger is an emergency, a hit is none", () => {
  const kinds = ["unit-emergency", "stop-silent", "hotlist-hit", "unacknowledged", "feed-quiet"] as const;
  expect(kinds.filter((kind) => isEmergency(alert("a", 1, { kind })))).toEqual(["unit-emergency", "stop-silent"]);
});

test("what can wait stands below an older car that passes now", () => {
  const boxes = alert("boxes", 9, { kind: "patrol-boxes" });
  expect(ids(group([boxes, alert("car", 1), alert("feed", 5, { kind: "feed-quiet" })]).raised)).toEqual(["car", "boxes", "feed"]);
});

test("acknowledged, confirmed and dismissed alerts are kept apart", () => {
  const groups = group([
    alert("x", 1, { state: "confirmed" }),
    alert("y", 2, { state: "acknowledged" }),
    alert("z", 3, { state: "dismissed" }),
  ]);
  expect(groups.raised).toEqual([]);
  expect(ids(groups.acknowledged)).toEqual(["y"]);
  expect(ids(groups.finished)).toEqual(["z", "x"]);
});

test("alerts of one instant keep one order", () => {
  expect(ids(group([alert("b", 1), alert("a", 1)]).raised)).toEqual(["a", "b"]);
});

test("a hit is a lead until the center says otherwise, and no other alert ever is", () => {
  expect(isLead(alert("a", 1))).toBe(true);
  expect(isLead(alert("a", 1, { lead: false }))).toBe(false);
  expect(isLead(alert("a", 1, { state: "confirmed" }))).toBe(false);
  expect(isLead(alert("a", 1, { state: "acknowledged", lead: null }))).toBe(true);
  expect(isLead(alert("a", 1, { lead: true, state: "dismissed" }))).toBe(false);
  expect(isLead(alert("a", 1, { kind: "feed-quiet" }))).toBe(false);
});
