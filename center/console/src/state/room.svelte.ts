// The room: the picture, the clock and the line, made reactive.
// Knows: when what changed is shown. Refuses to know: how anything is drawn, and what a person does.
import { type Zone, zone } from "../look/format.ts";
import { agencyHues, type Hues } from "../map/palette.ts";
import { read } from "../wire/api.ts";
import { connect, operatorsUrl } from "../wire/live.ts";
import { type Frame, KINDS, type Kind, type Micros, type Operator, type Site, type Told } from "../wire/views.ts";
import { type AlertGroups, group } from "./alerts.ts";
import { type SiteClock, anchor, timeAt } from "./clock.ts";
import { type Missed, missed } from "./missed.ts";
import { apply, emptyPicture } from "./picture.ts";
import { keepSeen, lastSeen } from "./seen.ts";

export type Line = "connecting" | "live" | "lost";

// How long changes of one kind are gathered before they are shown. Alerts are what the page is for.
const PACE_MS: Record<Kind, number> = { alerts: 30, incidents: 200, cameras: 200, feeds: 500, units: 1000, aircraft: 1000 };
const OVERDUE_MS = 2000;
const SITE_RETRY_MS = 3000;
const HOUR_US = 3_600_000_000;
const LONGEST_AWAY_US = 12 * HOUR_US;

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
  /** Counts how often there was something new in a list that is asked for apart. */
  readonly anew = $state<Record<Told, number>>({ messages: 0, bulletins: 0, tips: 0 });
  site = $state.raw<Site | null>(null);
  operator = $state.raw<Operator | null>(null);
  /** What the door lets this person do at all, as `core/access.py` names acts. */
  acts = $state.raw<ReadonlySet<string>>(new Set());
  /** The kinds of thing that this person is shown at all. */
  kinds = $state.raw<ReadonlySet<Kind | "log">>(new Set());
  /** What this person's agency, or the site, takes as a reason to look somebody up. */
  reasons = $state.raw<readonly string[]>([]);
  #people: Record<string, string> = {};
  simulated = $state(false);
  siteName = $state("");
  rate = $state(1);
  /** The center's time, stepping once a wall second; null before the first frame. */
  now = $state.raw<Micros | null>(null);
  line = $state<Line>("connecting");
  /** The center's time when the line was lost, once that is longer ago than a moment. */
  notLiveSince = $state.raw<Micros | null>(null);
  /** Why the center would not show the room, where it said so. */
  turnedAway = $state.raw("");
  /** Counts frames that brought lines of the watch log. */
  logged = $state(0);
  /** What happened while this person was away, until they have read it. */
  missed = $state.raw<Missed | null>(null);
  /** Whether nobody knows when this person was last here. */
  firstTime = $state(false);
  zone: Zone = $derived(zone(this.site?.timezone));
  hues: Hues = $derived(agencyHues(this.site?.agencies ?? []));

  #clock: SiteClock | null = null;
  /** Until when this person saw the room, at the time of the last greeting; null when that has been dealt with. */
  #away: { since: Micros } | null = null;
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
        turnedAway: (why) => {
          this.turnedAway = why;
          void this.#checkSession();
        },
      }),
    );
    const ticker = setInterval(() => this.#tick(), 1000);
    const leaving = (): void => this.#keepSeen();
    addEventListener("pagehide", leaving);
    this.#stop.push(() => clearInterval(ticker), () => removeEventListener("pagehide", leaving));
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

  /** What a person is called; who is not known here, by what they sign in as. A rule of the site's is no person. */
  named(operator: string): string {
    if (operator.startsWith("rule/")) return `by itself (${operator.slice(5)})`;
    return this.#people[operator] ?? operator;
  }

  /** Sign-in names with what they stand for, by name. */
  get everybody(): [operator: string, name: string][] {
    return Object.entries(this.#people).toSorted(([, a], [, b]) => a.localeCompare(b));
  }

  #take(frame: Frame, wall_ms: number): void {
    if (frame.type === "hello") {
      this.#away = { since: this.#lastHere(frame.site, frame.operator.operator, frame.now) };
      this.simulated = frame.simulated;
      this.siteName = frame.site;
      this.operator = frame.operator;
      this.acts = new Set(frame.acts);
      this.kinds = new Set(frame.kinds);
      this.reasons = frame.reasons;
      this.#people = frame.people ?? {};
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
      this.logged++;
      for (const told of Object.keys(this.anew) as Told[]) this.anew[told]++;
      this.#tellMissed(frame.now);
    } else {
      if (frame.log !== undefined) this.logged++;
      for (const told of frame.anew ?? []) this.anew[told]++;
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
    if (this.#clock === null) return;
    this.now = this.exactNow();
    this.#keepSeen();
  }

  #keepSeen(): void {
    if (this.line === "live" && this.operator !== null) keepSeen(this.siteName, this.operator.operator, this.picture.now);
  }

  /** Up to when this person knows what happened: this page's last frame, else what this browser remembers. */
  #lastHere(site: string, operator: string, now: Micros): Micros {
    const kept = this.picture.now || lastSeen(site, operator);
    this.firstTime = kept === null || kept > now || now - kept > LONGEST_AWAY_US;
    return this.firstTime ? now - HOUR_US : (kept as Micros);
  }

  #tellMissed(now: Micros): void {
    const away = this.#away;
    this.#away = null;
    if (away === null) return;
    const since = this.missed === null ? away.since : Math.min(this.missed.since, away.since);
    this.missed = missed(this.picture.log, since, now, this.operator?.operator ?? "") ?? this.missed;
  }

  #live(): void {
    clearTimeout(this.#overdue);
    this.#overdue = undefined;
    this.notLiveSince = null;
    this.turnedAway = "";
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
