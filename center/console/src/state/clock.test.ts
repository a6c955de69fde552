import { expect, test } from "vitest";
import { anchor, timeAt } from "./clock.ts";

test("the center's clock runs on at its rate between frames", () => {
  const clock = anchor(null, 1_000_000, 500, 30);
  expect(timeAt(clock, 1500)).toBe(1_000_000 + 30_000_000);
});

test("a frame sets the clock anew and keeps the rate", () => {
  const clock = anchor(anchor(null, 0, 0, 10), 7_000_000, 100);
  expect(timeAt(clock, 100)).toBe(7_000_000);
  expect(timeAt(clock, 200)).toBe(8_000_000);
});
