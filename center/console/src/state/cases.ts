// The numbers that are going on now, to be named as the case of a look.
// Knows: calls, alerts and stops of the picture. Refuses to know: which of them the door takes for what.
import type { Thing } from "./desk.svelte.ts";
import { choices, type Choice } from "./occasions.ts";
import type { Picture } from "./picture.ts";

const MOST = 50;

/** Calls, then alerts, then stops, the newest of each first. */
export function going(picture: Picture): Choice[] {
  const now = picture.now;
  return [
    ...choices("call", picture, now).slice(0, MOST),
    ...choices("alert", picture, now).slice(0, MOST),
    ...choices("stop", picture, now).slice(0, MOST),
  ];
}

/** What is most likely meant: the call or alert that is open on the page, or the stop of the unit that is. */
export function likelyCase(open: Thing | null, picture: Picture): string {
  if (open?.kind === "incident" || open?.kind === "alert") return open.id;
  const unit = open?.kind === "unit" ? picture.units.get(open.id) : undefined;
  return unit?.stop ? `${unit.unit}/${unit.stop.stop}` : "";
}
