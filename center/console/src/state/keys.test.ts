import { expect, test } from "vitest";
import { commandFor, SHORTCUTS } from "./keys.ts";

const press = (key: string, more = {}) => ({ key, modified: false, typing: false, inList: false, ...more });

test("letters mean their commands in either case", () => {
  expect(commandFor(press("a"), true)).toBe("acknowledge");
  expect(commandFor(press("J"), true)).toBe("next");
});

test("letters mean nothing while typing, with a modifier, or when switched off", () => {
  expect(commandFor(press("d", { typing: true }), true)).toBeNull();
  expect(commandFor(press("c", { modified: true }), true)).toBeNull();
  expect(commandFor(press("a"), false)).toBeNull();
});

test("arrows and Enter are the list's only while it has the focus; Escape always closes", () => {
  expect(commandFor(press("ArrowDown"), true)).toBeNull();
  expect(commandFor(press("ArrowDown", { inList: true }), false)).toBe("next");
  expect(commandFor(press("Enter"), true)).toBeNull();
  expect(commandFor(press("Escape", { typing: true }), false)).toBe("close");
});

test("no key has two meanings", () => {
  const keys = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
