// Every panel there is: one row each. A new panel is its Svelte file and its row here.
// Knows: what a panel is called, where it is found and whom it is offered to. Refuses to know: what is inside.
import type { Component } from "svelte";
import MapView from "../map/MapView.svelte";
import type { IconName } from "../parts/icons.ts";
import type { Room } from "../state/room.svelte.ts";
import type { Kind } from "../wire/views.ts";
import AlertList from "./AlertList.svelte";
import AuditPanel from "./AuditPanel.svelte";
import Bulletins from "./Bulletins.svelte";
import CallList from "./CallList.svelte";
import CameraList from "./CameraList.svelte";
import Community from "./Community.svelte";
import Counts from "./Counts.svelte";
import FeedTable from "./FeedTable.svelte";
import HoldList from "./HoldList.svelte";
import Messages from "./Messages.svelte";
import NameLookup from "./NameLookup.svelte";
import OpenSources from "./OpenSources.svelte";
import PatternsPanel from "./PatternsPanel.svelte";
import PlateSearch from "./PlateSearch.svelte";
import SignedIn from "./SignedIn.svelte";
import Tips from "./Tips.svelte";
import UnitList from "./UnitList.svelte";
import WatchLog from "./WatchLog.svelte";

export const GROUPS = ["The room", "Looking up", "Telling", "In review"] as const;
export type Group = (typeof GROUPS)[number];

export interface Panel {
  /** Its name in an address, `?panel=ID`; letters and hyphens. */
  id: string;
  title: string;
  icon: IconName;
  group: Group;
  component: Component;
  /** `always`: on a wide page it is never away. `tab`: it has a tab. Else it is found under More. */
  place?: "always" | "tab";
  /** The act without which it is of no use (core/access.py): it is offered to whom the door lets do that. */
  act?: string;
  /** The kind of thing that it lists: it is offered to those whose role is shown that (core/audiences.py). */
  lists?: Kind | "log";
  /** A number beside its title. Read `room.seen` of the kind that is counted. */
  count?: (room: Room) => number;
  /** A table of many columns: the side is wider while it is there. */
  wide?: boolean;
}

function openCalls(room: Room): number {
  void room.seen.incidents;
  let open = 0;
  for (const incident of room.picture.incidents.values()) if (incident.state === "open") open++;
  return open;
}

function units(room: Room): number {
  void room.seen.units;
  return room.picture.units.size;
}

/** Those from which nothing comes: how many feeds there are is nothing to act upon. */
function quietFeeds(room: Room): number {
  void room.seen.feeds;
  let quiet = 0;
  for (const feed of room.picture.feeds.values()) if (feed.state !== "alive") quiet++;
  return quiet;
}

export const PANELS: readonly Panel[] = [
  {
    id: "alerts",
    title: "Alerts",
    icon: "raised",
    group: "The room",
    component: AlertList,
    lists: "alerts",
    place: "always",
    count: (room) => room.alerts.raised.length,
  },
  { id: "map", title: "Map", icon: "place", group: "The room", component: MapView, place: "always" },
  {
    id: "calls",
    title: "Calls",
    icon: "list",
    group: "The room",
    component: CallList,
    lists: "incidents",
    place: "tab",
    count: openCalls,
  },
  {
    id: "units",
    title: "Units",
    icon: "unit",
    group: "The room",
    component: UnitList,
    lists: "units",
    place: "tab",
    count: units,
  },
  {
    id: "cameras",
    title: "Cameras",
    icon: "camera",
    group: "The room",
    component: CameraList,
    lists: "cameras",
    place: "tab",
  },
  {
    id: "feeds",
    title: "Feeds",
    icon: "feed",
    group: "The room",
    component: FeedTable,
    lists: "feeds",
    place: "tab",
    count: quietFeeds,
  },
  {
    id: "plates",
    title: "Plate search",
    icon: "search",
    group: "Looking up",
    component: PlateSearch,
    act: "plates.search",
    wide: true,
  },
  {
    id: "names",
    title: "Name lookup",
    icon: "person",
    group: "Looking up",
    component: NameLookup,
    act: "records.search",
    wide: true,
  },
  {
    id: "open-sources",
    title: "Open sources",
    icon: "globe",
    group: "Looking up",
    component: OpenSources,
    act: "posts.search",
    wide: true,
  },
  {
    id: "patterns",
    title: "Burglary patterns",
    icon: "pattern",
    group: "Looking up",
    component: PatternsPanel,
    act: "patterns.look",
    wide: true,
  },
  {
    id: "community",
    title: "Community cameras",
    icon: "community",
    group: "Looking up",
    component: Community,
    act: "community.list",
    wide: true,
  },
  {
    id: "tips",
    title: "Tips",
    icon: "tip",
    group: "Looking up",
    component: Tips,
    act: "tips.look",
    wide: true,
  },
  {
    id: "counts",
    title: "Counts",
    icon: "count",
    group: "In review",
    component: Counts,
    act: "counts.look",
    wide: true,
  },
  {
    id: "messages",
    title: "Messages",
    icon: "message",
    group: "Telling",
    component: Messages,
    act: "messages.look",
    wide: true,
  },
  {
    id: "bulletins",
    title: "Bulletins",
    icon: "bulletin",
    group: "Telling",
    component: Bulletins,
    act: "bulletins.look",
    wide: true,
  },
  { id: "log", title: "Watch log", icon: "log", group: "In review", component: WatchLog, act: "log.read", wide: true },
  {
    id: "audit",
    title: "Audit trail",
    icon: "audit",
    group: "In review",
    component: AuditPanel,
    act: "audit.read",
    wide: true,
  },
  { id: "holds", title: "Holds", icon: "keep", group: "In review", component: HoldList, act: "hold.look", wide: true },
  {
    id: "signed-in",
    title: "Signed in",
    icon: "person",
    group: "In review",
    component: SignedIn,
    act: "session.look",
    wide: true,
  },
];

/** Those that this person is offered, in the order of their rows. */
export function offered(room: Room): Panel[] {
  return PANELS.filter(
    ({ act, lists }) => (act === undefined || room.acts.has(act)) && (lists === undefined || room.kinds.has(lists)),
  );
}

export const panelOf = (id: string | null): Panel | undefined => PANELS.find((panel) => panel.id === id);

/** The panel that an address asks for alone, or null: `?panel=calls`. */
export const askedFor = (search: string): string | null => new URLSearchParams(search).get("panel");

export const addressOf = (panel: Panel): string => `/?panel=${encodeURIComponent(panel.id)}`;
