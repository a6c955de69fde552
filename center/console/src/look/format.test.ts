import { expect, test } from "vitest";
import { ageText, compass, distance, mph, roadTime, roughAge, SECOND, sentence, zone } from "./format.ts";

test.each([
  [0, "0:00"],
  [-5 * SECOND, "0:00"],
  [42.9 * SECOND, "0:42"],
  [727 * SECOND, "12:07"],
  [3900 * SECOND, "1 h 05"],
  [100 * 3600 * SECOND, "4 d 4 h"],
])("an age of %d µs reads %s", (age, text) => {
  expect(ageText(age)).toBe(text);
});

test("rough ages round down", () => {
  expect([roughAge(59 * SECOND), roughAge(119 * SECOND), roughAge(9.9 * 3600 * SECOND)]).toEqual([
    "59 s",
    "1 min",
    "9 h",
  ]);
});

test("times are the site's, and an unknown zone does not break the page", () => {
  const at = Date.UTC(2026, 0, 15, 8, 4, 5) * 1000;
  expect(zone("America/Chicago").clock(at)).toBe("02:04:05");
  expect(zone("America/Chicago").name(at)).toBe("CST");
  expect(zone("UTC").clock(at)).toBe("08:04:05");
  expect(zone("Nowhere/Atall").clock(at)).toMatch(/^\d\d:\d\d:\d\d$/);
});

test("midnight is 00, not 24", () => {
  expect(zone("UTC").clock(Date.UTC(2026, 0, 15) * 1000)).toBe("00:00:00");
});

test("speeds, ways and times of the road", () => {
  expect([mph(20), distance(30), distance(1609.344), compass(-10), compass(44)]).toEqual([
    "45 mph",
    "100 ft",
    "1.0 mi",
    "N",
    "NE",
  ]);
  expect([roadTime(45), roadTime(60), roadTime(145.2)]).toEqual(["45 s", "1 min", "2 min 25"]);
  expect(sentence("on-scene")).toBe("On scene");
});
