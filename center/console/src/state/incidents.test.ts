import { expect, test } from "vitest";
import { listed } from "./incidents.ts";

test("open calls by priority and then the newest, those without priority last, closed ones after all", () => {
  const order = listed([
    { incident: "closed", state: "closed", priority: 1, opened_at: 9 },
    { incident: "none", state: "open", opened_at: 9 },
    { incident: "old", state: "open", priority: 1, opened_at: 1 },
    { incident: "new", state: "open", priority: 1, opened_at: 2 },
    { incident: "two", state: "open", priority: 2, opened_at: 5 },
  ]);
  expect(order.map((incident) => incident.incident)).toEqual(["new", "old", "two", "none", "closed"]);
});
