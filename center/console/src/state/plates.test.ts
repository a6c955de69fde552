import { expect, test } from "vitest";
import { compare, differenceText, likeness } from "./plates.ts";

const signs = (read: string, listed: string): string =>
  compare(read, listed)
    .map((pair) => ({ same: "=", alike: "~", different: "x", missing: "+", extra: "-" })[pair.match])
    .join("");

test.each([
  ["482KLM", "482KLM", "======"],
  ["88Z4I2", "B8Z412", "~===~="],
  ["F0RD", "FORD", "=~=="],
  ["482KLM", "483KLM", "==x==="],
  ["82KLM", "482KLM", "+====="],
  ["4482KLM", "482KLM", "-======"],
  ["", "AB", "++"],
  ["", "", ""],
])("%s read, %s listed: %s", (read, listed, expected) => {
  expect(signs(read, listed)).toBe(expected);
});

test("every letter of both plates appears once and in order, whatever they are", () => {
  for (const [read, listed] of [
    ["ABC123", "XYZ"],
    ["1", "ABCDEFGH"],
    ["O0O0", "0O0"],
  ] as const) {
    const pairs = compare(read, listed);
    expect(pairs.map((pair) => pair.read ?? "").join("")).toBe(read);
    expect(pairs.map((pair) => pair.listed ?? "").join("")).toBe(listed);
  }
});

test("lower case is the same plate", () => {
  expect(differenceText(compare("482klm", "482KLM"))).toBe("Every letter is the same.");
});

test("differences are told in words", () => {
  expect(differenceText(compare("88Z4", "B8Z5"))).toBe(
    "Letter 1: 8 and B look alike. Letter 4: read 4, listed 5.",
  );
});

test("a read is as asked, looks alike or differs; what nobody saw counts as the same", () => {
  expect(likeness("ABC123", "ABC123")).toBe("as asked");
  expect(likeness("ABC123", "AB?123")).toBe("as asked");
  expect(likeness("A8C123", "ABC123")).toBe("looks alike");
  expect(likeness("AXC13", "ABC123")).toBe("2 letters differ");
});
