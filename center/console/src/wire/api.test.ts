import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { act, newRequestId, reasonIn } from "./api.ts";

const answer = (status: number, body: unknown = {}): Response =>
  new Response(JSON.stringify(body), { status });
const calls: { path: string; body: { request: string } }[] = [];

/** The network gives these answers one after the other; an Error is a connection that broke. */
function network(...answers: (Response | Error)[]): void {
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    calls.push({ path, body: JSON.parse(String(init.body)) as { request: string } });
    const next = answers.shift() ?? new Error("unexpected call");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
}

beforeEach(() => {
  calls.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function outcome(retries: number[] = []) {
  const done = act("/api/alerts/a/confirm", { action: "stop" }, "r1", (attempts) => retries.push(attempts));
  await vi.runAllTimersAsync();
  return done;
}

test.each([
  [answer(200, { granted: true }), { kind: "granted", body: { granted: true } }],
  [answer(403, { granted: false, why: "no" }), { kind: "refused", why: "no" }],
  [answer(409, { granted: false, why: "late" }), { kind: "late", why: "late" }],
  [answer(401), { kind: "signed-out" }],
  [
    answer(422, { detail: [{ loc: ["body", "action"], msg: "too long" }] }),
    { kind: "invalid", why: "action: too long" },
  ],
])("each answer has one meaning (%#)", async (response, expected) => {
  network(response);
  expect(await outcome()).toEqual(expected);
  expect(calls).toHaveLength(1);
});

test("a broken line and a failing center are asked again with the same request", async () => {
  const retries: number[] = [];
  network(new TypeError("network"), answer(503), answer(200, { granted: true }));
  expect(await outcome(retries)).toEqual({ kind: "granted", body: { granted: true } });
  expect(calls.map((call) => call.body)).toEqual(Array(3).fill({ action: "stop", request: "r1" }));
  expect(retries).toEqual([1, 2]);
});

test("it gives up after a bounded number of attempts and says so", async () => {
  network(...Array.from({ length: 20 }, () => new TypeError("network")));
  expect(await outcome()).toEqual({ kind: "unreached", attempts: 7 });
  expect(calls).toHaveLength(7);
});

test("a refusal is never asked again", async () => {
  network(answer(403, { why: "no" }), answer(200));
  await outcome();
  expect(calls).toHaveLength(1);
});

test("request ids do not repeat", () => {
  expect(new Set(Array.from({ length: 1000 }, newRequestId)).size).toBe(1000);
});

test.each([[null], ["text"], [{}], [{ detail: [] }], [{ why: "" }]])(
  "a body without a reason falls back (%j)",
  (body) => {
    expect(reasonIn(body, "fallback")).toBe("fallback");
  },
);
