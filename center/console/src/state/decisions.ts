// What a person decides about an alert, on its way to the center.
// Knows: the three acts, and that a new one makes the news of earlier ones old. Refuses to know: forms and keys.
import type { Alert } from "../wire/views.ts";
import type { Acts, ActStatus } from "./acts.svelte.ts";

export const DECISIONS = ["acknowledge", "confirm", "dismiss"] as const;
export type Decision = (typeof DECISIONS)[number];

/** Under which key the outcome is found in `Acts`. */
export function decisionKey(alert: Alert, decision: Decision): string {
  return `${alert.alert}/${decision}`;
}

export function decide(
  acts: Acts,
  alert: Alert,
  decision: Decision,
  body: object = {},
): Promise<ActStatus["kind"]> {
  for (const earlier of DECISIONS) acts.forget(decisionKey(alert, earlier));
  return acts.ask(
    decisionKey(alert, decision),
    `/api/alerts/${encodeURIComponent(alert.alert)}/${decision}`,
    body,
  );
}
