import { expect, test } from "vitest";
import { backoff } from "./live.ts";

test("the pause between attempts grows, is bounded, and at least half of it is kept", () => {
  expect(backoff(0, 0)).toBe(200);
  expect(backoff(0, 1)).toBe(400);
  expect(backoff(1, 1)).toBe(800);
  expect(backoff(50, 1)).toBe(800);
  expect(backoff(50, 0)).toBe(400);
});
