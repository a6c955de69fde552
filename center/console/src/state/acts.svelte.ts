// Acts under way and what came of them.
// Knows: one status for each thing a person asked for. Refuses to know: what the act means.
import { SvelteMap } from "svelte/reactivity";
import { act, newRequestId, type Outcome } from "../wire/api.ts";

export type ActStatus = { kind: "sending" } | { kind: "retrying"; attempts: number } | Outcome;

interface Asked {
  path: string;
  body: object;
  request: string;
}

const REMEMBERED = 200;

/** Whether this was already asked and never answered: then it is the same wish and keeps its id. */
function isSame(before: Asked | undefined, path: string, body: object): before is Asked {
  return before?.path === path && JSON.stringify(before.body) === JSON.stringify(body);
}

export class Acts {
  readonly #status = new SvelteMap<string, ActStatus>();
  /** Acts that have no answer yet. */
  readonly #asked = new Map<string, Asked>();

  readonly #signedOut: () => void;

  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  status(key: string): ActStatus | undefined {
    return this.#status.get(key);
  }

  pending(key: string): boolean {
    const kind = this.#status.get(key)?.kind;
    return kind === "sending" || kind === "retrying";
  }

  /** Asks the center. One `key` has one act under way at a time; a second press while it is is the same wish. */
  async ask(key: string, path: string, body: object): Promise<ActStatus["kind"]> {
    if (this.pending(key)) return "sending";
    const before = this.#asked.get(key);
    const asked = isSame(before, path, body) ? before : { path, body, request: newRequestId() };
    this.#asked.set(key, asked);
    return this.#send(key, asked);
  }

  /** What a granted act was answered with; null for one that was not. `T` is what docs/api.md says of the path. */
  async answer<T>(key: string, path: string, body: object): Promise<T | null> {
    if ((await this.ask(key, path, body)) !== "granted") return null;
    const status = this.#status.get(key);
    return status?.kind === "granted" ? (status.body as T) : null;
  }

  /** Sends an unanswered act again, under the id it had: the center does it at most once. */
  async again(key: string): Promise<void> {
    const asked = this.#asked.get(key);
    if (asked !== undefined && this.#status.get(key)?.kind === "unreached") await this.#send(key, asked);
  }

  forget(key: string): void {
    if (!this.pending(key)) this.#status.delete(key);
  }

  async #send(key: string, asked: Asked): Promise<ActStatus["kind"]> {
    this.#status.set(key, { kind: "sending" });
    const outcome = await act(asked.path, asked.body, asked.request, (attempts) => {
      this.#status.set(key, { kind: "retrying", attempts });
    });
    this.#status.set(key, outcome);
    if (outcome.kind !== "unreached") this.#asked.delete(key);
    if (outcome.kind === "signed-out") this.#signedOut();
    this.#trim();
    return outcome.kind;
  }

  #trim(): void {
    for (const key of this.#status.keys()) {
      if (this.#status.size <= REMEMBERED) return;
      if (this.pending(key)) continue;
      this.#status.delete(key);
      this.#asked.delete(key);
    }
  }
}
