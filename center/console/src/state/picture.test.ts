import { expect, test } from "vitest";
import type { Delta, State } from "../wire/views.ts";
import { apply, emptyPicture } from "./picture.ts";

const state = (views: Partial<State>): State => ({ type: "state", position: 1, now: 0, ...views });
const delta = (views: Partial<Delta>): Delta => ({ type: "delta", position: 2, now: 0, ...views });

test("a state replaces everything that was known", () => {
  const picture = emptyPicture();
  apply(
    picture,
    state({ units: [{ unit: "C1" }, { unit: "C2" }], feeds: [{ feed: "avl", state: "alive" }] }),
  );
  apply(picture, state({ units: [{ unit: "C3" }] }));
  expect([...picture.units.keys()]).toEqual(["C3"]);
  expect(picture.feeds.size).toBe(0);
});

test("a delta replaces whole items and leaves the others alone", () => {
  const picture = emptyPicture();
  apply(picture, state({ units: [{ unit: "C1", status: "enroute", speed_mps: 9 }, { unit: "C2" }] }));
  const changed = apply(picture, delta({ units: [{ unit: "C1", status: "available" }] }));
  expect(picture.units.get("C1")).toEqual({ unit: "C1", status: "available" });
  expect(picture.units.size).toBe(2);
  expect([...changed]).toEqual(["units"]);
  expect(picture.position).toBe(2);
});

test("gone is applied after the items of the same frame, and an unknown id changes nothing", () => {
  const picture = emptyPicture();
  apply(picture, state({ aircraft: [{ icao: "a1" }] }));
  expect([...apply(picture, delta({ gone: { aircraft: ["a1"], units: ["nobody"] } }))]).toEqual(["aircraft"]);
  expect(picture.aircraft.size).toBe(0);
  expect(apply(picture, delta({})).size).toBe(0);
});
