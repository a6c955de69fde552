import { expect, test } from "vitest";
import { ageText, asSentence, compass, distance, inFeet, mph, roadTime, roughAge, SECOND, sentence, zone } from "./format.ts";

test.each([
  [0, "0 s"],
  [-5 * SECOND, "0 s"],
  [42.9 * SECOND, "42 s"],
  [247 * SECOND, "4 min 07"],
  [727 * SECOND, "12 min"],
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

test("a field's time is the site's, in summer and in winter", () => {
  const parish = zone("America/Chicago");
  for (const [text, hour] of [["2026-01-15T02:04", 8], ["2026-07-15T02:04", 7]] as const) {
    const at = Date.UTC(2026, text.startsWith("2026-01") ? 0 : 6, 15, hour, 4) * 1000;
    expect(parish.moment(text)).toBe(at);
    expect(parish.field(at)).toBe(text);
  }
  expect(parish.moment("")).toBeNull();
});

test("a reason is a sentence of its own, and a number at its head stays as it is", () => {
  expect(asSentence("a reason must be given")).toBe("A reason must be given.");
  expect(asSentence("i951.1 is over")).toBe("i951.1 is over.");
  expect([asSentence("Your role may not."), asSentence("")]).toEqual(["Your role may not.", ""]);
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
  expect(inFeet("140 m from it; 6 min before")).toBe("460 ft from it; 6 min before");
  expect(sentence("on-scene")).toBe("On scene");
  expect(["bolo", "enroute"].map(sentence)).toEqual(["BOLO", "En route"]);
});
