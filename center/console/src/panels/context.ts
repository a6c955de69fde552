// What every panel of one signed-in page shares.
import { createContext } from "svelte";
import type { Acts } from "../state/acts.svelte.ts";
import type { Desk } from "../state/desk.svelte.ts";
import type { Patrol } from "../state/patrol.svelte.ts";
import type { Room } from "../state/room.svelte.ts";
import type { Wall } from "../state/wall.svelte.ts";

export interface Workplace {
  room: Room;
  desk: Desk;
  acts: Acts;
  wall: Wall;
  patrol: Patrol;
  /** To be called when the center says that nobody is signed in any more. */
  signedOut: () => void;
}

export const [useWorkplace, provideWorkplace] = createContext<Workplace>();
