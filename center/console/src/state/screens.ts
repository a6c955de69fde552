// The windows of one person's desk, on as many screens as there are.
// Knows: telling the other windows of this browser what was opened here. Refuses to know: who follows.
import type { Thing } from "./desk.svelte.ts";

const NAME = "rtcc-screens";

export class Screens {
  readonly #channel = new BroadcastChannel(NAME);

  tell(opened: Thing): void {
    this.#channel.postMessage(opened);
  }

  /** `then` hears what is opened in any other window, until `close`. */
  follow(then: (opened: Thing) => void): void {
    this.#channel.onmessage = (message: MessageEvent<Thing>) => then(message.data);
  }

  close(): void {
    this.#channel.close();
  }
}
