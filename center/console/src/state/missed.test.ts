import { expect, test } from "vitest";
import type { LogLine } from "../wire/views.ts";
import { missed } from "./missed.ts";

const line = (at: number, what: string, subject: string, operator = ""): LogLine => ({
  entry: `l${at}`,
  at,
  what,
  subject,
  text: "",
  operator,
});

test("lines of the absence are counted by kind, one for each subject; one's own and older ones are not", () => {
  const log = [
    line(5, "alert-raised", "a0"),
    line(10, "alert-raised", "a1"),
    line(11, "alert-raised", "a2"),
    line(12, "alert-dismissed", "a1", "ben"),
    line(13, "alert-confirmed", "a2", "ada"),
    line(14, "call-closed", "i1"),
    line(15, "call-closed", "i1"),
    line(16, "video-opened", "gate", "ben"),
  ];
  const told = missed(log, 9, 20, "ada");
  expect(told?.groups.map((group) => group.words)).toEqual(["2 new alerts", "1 alert decided", "1 call closed"]);
  expect(told?.groups[0]?.lines.map((told) => told.subject)).toEqual(["a1", "a2"]);
  expect(told?.more).toBe(false);
});

test("nothing to tell is null, and what comes later is not missed", () => {
  expect(missed([line(5, "alert-raised", "a0"), line(30, "alert-raised", "a9")], 9, 20, "ada")).toBeNull();
});
