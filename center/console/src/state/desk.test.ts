import { expect, test } from "vitest";
import type { Alert } from "../wire/views.ts";
import { group } from "./alerts.ts";
import { Desk } from "./desk.svelte.ts";

const alert = (id: string, at: number, state: Alert["state"] = "raised"): Alert => ({
  alert: id,
  kind: "hotlist-hit",
  state,
  subject: id,
  at,
});
const groups = group([alert("a", 3), alert("b", 2), alert("done", 1, "confirmed")]);

test("the cursor walks the list and stops at its ends", () => {
  const desk = new Desk();
  expect([desk.move(groups, 1), desk.move(groups, 1), desk.move(groups, 1)]).toEqual(["a", "b", "b"]);
  expect([desk.move(groups, -1), desk.move(groups, -1)]).toEqual(["a", "a"]);
});

test("a cursor on an alert that left the list starts again at the first", () => {
  const desk = new Desk();
  desk.show({ kind: "alert", id: "done" });
  expect(desk.move(groups, 1)).toBe("a");
});

test("an open alert follows the cursor, and its form does not", () => {
  const desk = new Desk();
  desk.show({ kind: "alert", id: "a" });
  desk.form = "confirm";
  desk.move(groups, 1);
  expect(desk.open).toEqual({ kind: "alert", id: "b" });
  expect(desk.form).toBeNull();
});

test("folded-away alerts are reached only when they are shown", () => {
  const desk = new Desk();
  expect(desk.reachable(groups)).toEqual(["a", "b"]);
  desk.finished = true;
  expect(desk.reachable(groups)).toEqual(["a", "b", "done"]);
});
