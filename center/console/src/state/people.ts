// Who may do what, as far as the page shows it. Refuses to know: the law, which is the center's (core/access.py).
import type { Operator } from "../wire/views.ts";

/** Whether a person watches and decides nothing: what is not offered is not refused. */
export function looksOn(operator: Pick<Operator, "role"> | null | undefined): boolean {
  return operator?.role === "auditor";
}
