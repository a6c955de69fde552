// Something that is read from the center once and again on demand: what it is, or why it is not to be had.
// Knows: loading, and the words for trouble. Refuses to know: what is read.
import { read } from "../wire/api.ts";

export class Reading<T> {
  value = $state.raw<T | null>(null);
  loading = $state(false);
  /** Why the last attempt brought nothing, in words; what was read before stays. */
  trouble = $state("");
  #latest = 0;

  readonly #signedOut: () => void;

  /** `signedOut`: the room's `leave` (see context.ts). */
  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  /** Reads a path. Of several under way only the last one counts. */
  async load(path: string): Promise<void> {
    const mine = ++this.#latest;
    this.loading = true;
    const answer = await read<T>(path);
    if (mine !== this.#latest) return;
    this.loading = false;
    if (answer.ok) {
      this.value = answer.value;
      this.trouble = "";
    } else if (answer.status === 401) {
      this.#signedOut();
    } else {
      this.trouble = answer.why;
    }
  }
}
