// The sound of an emergency, once the person has allowed it in this browser.
// Knows: the choice, what browsers ask before they let a page sound, and that one sounds at a time, whatever windows
// there are. Refuses to know: what is an emergency.

const KEY = "rtcc-sound";
const LASTS_MS = 900;
/** Two tones, high and low by turns: heard over talk, and unlike a telephone. */
const TONES: readonly [hertz: number, from_s: number, to_s: number][] = [
  [880, 0, 0.2],
  [660, 0.22, 0.42],
  [880, 0.44, 0.64],
  [660, 0.66, 0.86],
];
const PRESS_MS = 1000;
const LOUD = 0.25;
const EDGE_S = 0.015;

function chosen(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false; // storage may be forbidden; the page works without
  }
}

class Sound {
  /** Whether the person wants to hear it. */
  on = $state(chosen());
  /** Whether the browser lets this window sound: it wants a press or a key first, anew in each. */
  ready = $state(false);
  #context: AudioContext | null = null;
  #sounding: OscillatorNode[] = [];
  #over = 0;
  /** When a press let this window sound that waited for one. */
  #let = -Infinity;

  constructor() {
    for (const gesture of ["pointerdown", "keydown"] as const) {
      const heard = (): void => {
        if (!this.on || this.ready) return;
        this.#let = performance.now();
        void this.#unlock();
      };
      addEventListener(gesture, heard, { capture: true, passive: true });
    }
    addEventListener("storage", (change) => {
      if (change.key === KEY) this.#choose(chosen());
    });
  }

  /** Called by a press of the button or its key. Turned on it is heard once, so that everybody knows it; where it only
      waited for a press, this was it. */
  async toggle(): Promise<void> {
    const waited = performance.now() - this.#let < PRESS_MS;
    this.#let = -Infinity;
    this.#choose(waited || !this.on);
    try {
      localStorage.setItem(KEY, this.on ? "on" : "off");
    } catch {
      // as above
    }
    await this.#unlock();
    await this.play();
  }

  /** Nothing where it is not wanted, not let, or sounds already, here or in another window of this browser. */
  async play(): Promise<void> {
    if (!this.on || !this.ready) return;
    if (navigator.locks === undefined) return performance.now() < this.#over ? undefined : this.#ring();
    await navigator.locks.request(KEY, { ifAvailable: true }, async (mine) => {
      if (mine !== null) await this.#ring();
    });
  }

  #choose(on: boolean): void {
    this.on = on;
    if (on) return;
    for (const tone of this.#sounding) tone.stop();
    this.#sounding = [];
  }

  async #unlock(): Promise<void> {
    if (!this.on || this.ready) return;
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.ready = this.#context.state === "running";
  }

  /** Until it is over. */
  async #ring(): Promise<void> {
    const context = this.#context;
    if (context === null) return;
    this.#over = performance.now() + LASTS_MS;
    this.#sounding = TONES.map(([hertz, from, to]) => {
      const start = context.currentTime + from;
      const end = context.currentTime + to;
      const tone = new OscillatorNode(context, { frequency: hertz });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(LOUD, start + EDGE_S); // without edges it clicks
      volume.gain.setValueAtTime(LOUD, end - EDGE_S);
      volume.gain.linearRampToValueAtTime(0, end);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(end);
      return tone;
    });
    await new Promise((over) => setTimeout(over, LASTS_MS));
  }
}

export const sound = new Sound();
