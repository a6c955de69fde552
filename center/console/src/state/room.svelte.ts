// The room: the picture, the clock and the line, made reactive.
// Knows: when what changed is shown. Refuses to know: how anything is drawn, and what a person does.
import { type Zone, zone } from "../look/format.ts";
import { agencyHues, type Hues } from "../map/palette.ts";
import { read } from "../wire/api.ts";
import { connect, operatorsUrl } from "../wire/live.ts";
import { type Frame, KINDS, type Kind, type Micros, type Operator, type Site } from "../wire/views.ts";
import { type AlertGroups, group } from "./alerts.ts";
import { type SiteClock, anchor, timeAt } from "./clock.ts";
import { apply, emptyPicture } from "./picture.ts";

export type Line = "connecting" | "live" | "lost";

// How long changes of one kind are gathered before they are shown. Alerts are what the page is for.
const PACE_MS: Record<Kind, number> = { alerts: 30, incidents: 200, cameras: 200, feeds: 500, units: 1000, aircraft: 1000 };
const OVERDUE_MS = 2000;
const SITE_RETRY_MS = 3000;

export class Room {
  /** Plain maps, changed in place; read them inside something that also reads `seen[kind]`. */
  readonly picture = emptyPicture();
  /** Counts how often each kind was shown anew. */
  readonly seen = $state<Record<Kind, number>>({
    units: 0,
    aircraft: 0,
    alerts: 0,
    incidents: 0,
    cameras: 0,
    feeds: 0,
  });
  readonly alerts: AlertGroups = $derived.by(() => {
    void this.seen.alerts;
    return group(this.picture.alerts.values());
  });
  site = $state.raw<Site | null>(null);
  operator = $state.raw<Operator | null>(null);
  simulated = $state(false);
  siteName = $state("");
  rate = $state(1);
  /** The center's time, stepping once a wall second; null before the first frame. */
  now = $state.raw<Micros | null>(null);
  line = $state<Line>("connecting");
  /** The center's time when the line was lost, once that is longer ago than a moment. */
  notLiveSince = $state.raw<Micros | null>(null);
  zone: Zone = $derived(zone(this.site?.timezone));
  hues: Hues = $derived(agencyHues(this.site?.agencies ?? []));

  #clock: SiteClock | null = null;
  #due = new Map<Kind, ReturnType<typeof setTimeout>>();
  #overdue: ReturnType<typeof setTimeout> | undefined;
  #siteAgain: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void)[] = [];

  readonly #signedOut: () => void;

  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  start(): void {
    this.#stop.push(
      connect(operatorsUrl(location), {
        frame: (frame, wall_ms) => this.#take(frame, wall_ms),
        lost: () => this.#lose(),
        turnedAway: () => void this.#checkSession(),
      }),
    );
    const ticker = setInterval(() => this.#tick(), 1000);
    this.#stop.push(() => clearInterval(ticker));
  }

  stop(): void {
    for (const stop of this.#stop) stop();
    for (const timer of this.#due.values()) clearTimeout(timer);
    clearTimeout(this.#overdue);
    clearTimeout(this.#siteAgain);
  }

  /** The center's time this instant, for what cannot wait for the next tick. */
  exactNow(): Micros {
    return this.#clock === null ? Date.now() * 1000 : timeAt(this.#clock, performance.now());
  }

  #take(frame: Frame, wall_ms: number): void {
    if (frame.type === "hello") {
      this.simulated = frame.simulated;
      this.siteName = frame.site;
      this.operator = frame.operator;
      this.rate = frame.rate;
      this.#clock = anchor(this.#clock, frame.now, wall_ms, frame.rate);
      void this.#loadSite(); // with every connection: the site may have changed while the line was down
      return;
    }
    this.#clock = anchor(this.#clock, frame.now, wall_ms);
    const changed = apply(this.picture, frame);
    if (frame.type === "state") {
      this.#live();
      for (const kind of KINDS) this.#show(kind);
    } else {
      for (const kind of changed) this.#due.get(kind) ?? this.#gather(kind);
    }
  }

  #gather(kind: Kind): void {
    this.#due.set(
      kind,
      setTimeout(() => this.#show(kind), PACE_MS[kind]),
    );
  }

  #show(kind: Kind): void {
    clearTimeout(this.#due.get(kind));
    this.#due.delete(kind);
    this.seen[kind]++;
  }

  #tick(): void {
    if (this.#clock !== null) this.now = this.exactNow();
  }

  #live(): void {
    clearTimeout(this.#overdue);
    this.#overdue = undefined;
    this.notLiveSince = null;
    this.line = "live";
    this.#tick();
  }

  #lose(): void {
    if (this.line !== "live" && this.#overdue !== undefined) return;
    const since = this.exactNow();
    this.line = "lost";
    this.#overdue ??= setTimeout(() => {
      this.notLiveSince = since;
    }, OVERDUE_MS);
  }

  async #checkSession(): Promise<void> {
    const session = await read<Operator>("/api/session");
    if (!session.ok && session.status === 401) this.#signedOut();
  }

  async #loadSite(): Promise<void> {
    clearTimeout(this.#siteAgain);
    const site = await read<Site>("/api/site");
    if (site.ok) this.site = site.value;
    else if (site.status === 401) this.#signedOut();
    else if (this.line === "live") this.#siteAgain = setTimeout(() => void this.#loadSite(), SITE_RETRY_MS);
  }
}
