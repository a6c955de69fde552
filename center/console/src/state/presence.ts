// Whether somebody is at the page.
// Knows: keys and pointers, and that the center ends a session whose person does nothing for a while.
// Refuses to know: what they do.
import { read } from "../wire/api.ts";

const AT_MOST_EVERY_MS = 60_000;

/** Tells the center, at most once a minute, that the page is used. Returns what stops it. */
export function tellOfUse(): () => void {
  let told_ms = performance.now();
  function used(): void {
    if (performance.now() - told_ms < AT_MOST_EVERY_MS) return;
    told_ms = performance.now();
    void read("/api/session");
  }
  const kinds = ["keydown", "pointerdown", "wheel"] as const;
  for (const kind of kinds) addEventListener(kind, used, { passive: true, capture: true });
  return () => {
    for (const kind of kinds) removeEventListener(kind, used, { capture: true });
  };
}
