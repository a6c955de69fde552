import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Acts } from "./acts.svelte.ts";

const requests: string[] = [];
let answers: (number | "lost")[] = [];
let signedOut = 0;

beforeEach(() => {
  requests.length = 0;
  signedOut = 0;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    requests.push((JSON.parse(String(init.body)) as { request: string }).request);
    const answer = answers.shift() ?? 200;
    return answer === "lost"
      ? Promise.reject(new TypeError("network"))
      : Promise.resolve(new Response("{}", { status: answer }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function settled<T>(work: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return work;
}
const acts = (): Acts => new Acts(() => signedOut++);

test("a second press while an act is under way is the same wish", async () => {
  answers = [];
  const both = acts();
  const first = both.ask("a/acknowledge", "/p", {});
  expect(both.pending("a/acknowledge")).toBe(true);
  await both.ask("a/acknowledge", "/p", {});
  expect(await settled(first)).toBe("granted");
  expect(requests).toHaveLength(1);
});

test("an act that was never answered keeps its id when it is pressed again, even after being forgotten", async () => {
  answers = Array<"lost">(7).fill("lost");
  const retried = acts();
  expect(await settled(retried.ask("a/confirm", "/p", { action: "stop" }))).toBe("unreached");
  retried.forget("a/confirm");
  expect(await settled(retried.ask("a/confirm", "/p", { action: "stop" }))).toBe("granted");
  expect(requests).toHaveLength(8);
  expect(new Set(requests).size).toBe(1);
});

test("what an act was answered with is handed on, and nothing of one that was refused", async () => {
  answers = [200, 403];
  const asked = acts();
  expect(await settled(asked.answer("plates/search", "/p", { plate: "A" }))).toEqual({});
  expect(await settled(asked.answer("plates/search", "/p", { plate: "B" }))).toBeNull();
});

test("another action, or the same one after an answer, is a new act", async () => {
  answers = [...Array<"lost">(7).fill("lost"), 409, 200];
  const changed = acts();
  await settled(changed.ask("a/confirm", "/p", { action: "stop" }));
  await settled(changed.ask("a/confirm", "/p", { action: "observe" }));
  await settled(changed.ask("a/confirm", "/p", { action: "observe" }));
  expect(new Set(requests).size).toBe(3);
});

test("a session that is gone is told once", async () => {
  answers = [401];
  expect(await settled(acts().ask("a", "/p", {}))).toBe("signed-out");
  expect(signedOut).toBe(1);
});
