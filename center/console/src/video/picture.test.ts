import { expect, test } from "vitest";
import { parsePicture, parseWord } from "./picture.ts";

/** A head as docs/relay.md has it, then the sample. */
function message(seconds: number, fraction: number, decode: bigint, shift: number, isKey: boolean): ArrayBuffer {
  const data = new ArrayBuffer(144 + 3);
  const view = new DataView(data);
  view.setUint32(4, 0x70726674);
  view.setUint32(16, seconds);
  view.setUint32(20, fraction);
  view.setBigUint64(92, decode);
  view.setUint32(120, 3600);
  view.setUint32(128, isKey ? 0x02000000 : 0x01010000);
  view.setInt32(132, shift);
  new Uint8Array(data).set([7, 8, 9], 144);
  return data;
}

test("a picture's head says when the center had it, when it is shown, and whether it stands alone", () => {
  const at_s = 1_767_366_000;
  const picture = parsePicture(message(at_s + 2_208_988_800, 2 ** 31, 90_000n, -1800, true), 144);
  expect(picture).toMatchObject({ at: (at_s + 0.5) * 1e6, decode: 90_000, shown: 88_200, duration: 3600, isKey: true });
  expect([...(picture?.sample ?? [])]).toEqual([7, 8, 9]);
  expect(parsePicture(message(0, 0, 0n, 0, false), 144)?.isKey).toBe(false);
});

test("after 2036 time goes on", () => {
  const at_s = 2_085_978_496; // when NTP's seconds begin anew
  expect(parsePicture(message(1, 0, 0n, 0, true), 144)?.at).toBe((at_s + 1) * 1e6);
});

test("what is no picture is none", () => {
  expect(parsePicture(new ArrayBuffer(100), 144)).toBe(null);
  const other = message(0, 0, 0n, 0, true);
  new DataView(other).setUint32(4, 0x66747970);
  expect(parsePicture(other, 144)).toBe(null);
  expect(parseWord("{")).toBe(null);
  expect(parseWord('{"type":"song"}')).toBe(null);
  expect(parseWord('{"type":"clock","off_us":null}')).toEqual({ type: "clock", off_us: null });
  expect(parseWord('{"type":"state","state":"live"}')).toMatchObject({ state: "live" });
});
