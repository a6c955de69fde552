import { expect, test } from "vitest";
import type { Alert, Feed } from "../wire/views.ts";
import { feedWords, isNamed } from "./words.ts";

const feed = (format: string, link: string): Feed => ({ feed: "f", state: "alive", format, link });

test("a feed is told by what it brings, then by how; one that nobody has words for by how", () => {
  expect(feedWords(feed("eido", "http"))).toBe("911 calls · EIDO by HTTP");
  expect(feedWords(feed("hotlist", "folder"))).toBe("Hotlist · by files");
  expect(feedWords(feed("novel", "pigeon"))).toBe("NOVEL by pigeon");
});

test("what the center numbers itself is nobody's name", () => {
  const about = (kind: Alert["kind"], subject: string): boolean => isNamed({ alert: "a", kind, state: "raised", subject, at: 0 });
  expect(about("unacknowledged", "CPSO-12")).toBe(true);
  expect(about("unacknowledged", "p10371.1")).toBe(false);
  expect(about("burglary-rash", "past/cities-430")).toBe(false);
});
