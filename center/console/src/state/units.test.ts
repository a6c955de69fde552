import { expect, test } from "vitest";
import type { Unit } from "../wire/views.ts";
import { EVERY_UNIT, find } from "./units.ts";

const UNITS: Unit[] = [
  { unit: "L3", agency: "lcpd", status: "available" },
  { unit: "C10", agency: "cpso", own: true, status: "enroute" },
  { unit: "C9", agency: "cpso", own: true, status: "busy elsewhere", doubt: ["frozen"] },
  { unit: "L1", agency: "lcpd", status: "emergency", stale: true },
];
const names = (query: Partial<typeof EVERY_UNIT>): string[] =>
  find(UNITS, { ...EVERY_UNIT, ...query }).map((unit) => unit.unit);

test("emergencies first, then one's own, then by call sign with numbers as numbers", () => {
  expect(names({})).toEqual(["L1", "C9", "C10", "L3"]);
});

test("text, agency and status narrow the list together", () => {
  expect(names({ text: "c1" })).toEqual(["C10"]);
  expect(names({ agency: "lcpd", status: "available" })).toEqual(["L3"]);
  expect(names({ status: "other" })).toEqual(["C9"]);
  expect(names({ status: "doubtful" })).toEqual(["L1", "C9"]);
});
