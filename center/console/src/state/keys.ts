// Which key means what.
// Knows: the page's shortcuts. Refuses to know: how a command is carried out.

export type Command =
  | "next"
  | "previous"
  | "open"
  | "close"
  | "acknowledge"
  | "confirm"
  | "dismiss"
  | "finished"
  | "center"
  | "filter"
  | "theme"
  | "sound"
  | "keys"
  | "calls"
  | "units"
  | "cameras"
  | "feeds"
  | "panels"
  | "wall";

export interface Shortcut {
  keys: readonly string[];
  command: Command;
  does: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["j", "ArrowDown"], command: "next", does: "Next alert" },
  { keys: ["k", "ArrowUp"], command: "previous", does: "Previous alert" },
  { keys: ["Enter"], command: "open", does: "Open the alert" },
  { keys: ["a"], command: "acknowledge", does: "Acknowledge" },
  { keys: ["c"], command: "confirm", does: "Confirm, after comparing image and text" },
  { keys: ["d"], command: "dismiss", does: "Dismiss or close" },
  { keys: ["Escape"], command: "close", does: "Close the form, then the panel" },
  { keys: ["m"], command: "center", does: "Bring the open item into view on the map" },
  { keys: ["f"], command: "finished", does: "Show or hide finished alerts" },
  { keys: ["1"], command: "calls", does: "Calls" },
  { keys: ["2"], command: "units", does: "Units" },
  { keys: ["3"], command: "cameras", does: "Cameras" },
  { keys: ["4"], command: "feeds", does: "Feeds" },
  { keys: ["p"], command: "panels", does: "All panels; then arrows, or a panel’s first letter" },
  { keys: ["v"], command: "wall", does: "The video wall in place of the map, and back" },
  { keys: ["/"], command: "filter", does: "Filter units" },
  { keys: ["t"], command: "theme", does: "Dark or light" },
  { keys: ["s"], command: "sound", does: "The sound of emergencies, on or off" },
  { keys: ["?"], command: "keys", does: "This list" },
];

/** Always on: these need no letter and no one types them by accident into a screen reader. */
const UNSWITCHABLE = new Set<string>(["Escape"]);
/** Only meant where the list itself has the focus, because elsewhere they scroll, press and pan. */
const IN_LIST = new Set<string>(["ArrowDown", "ArrowUp", "Enter"]);

export interface Press {
  key: string;
  modified: boolean;
  typing: boolean;
  inList: boolean;
}

/** `on`: whether single-key shortcuts are wanted (WCAG 2.1.4 asks for a way to turn them off). */
export function commandFor(press: Press, on: boolean): Command | null {
  if (press.modified) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (IN_LIST.has(key) && !press.inList) return null;
  if (!UNSWITCHABLE.has(key) && !IN_LIST.has(key) && (press.typing || !on)) return null;
  return SHORTCUTS.find((shortcut) => shortcut.keys.includes(key))?.command ?? null;
}
