// Dark or light: what the person chose, else what the machine prefers, else dark.
import type { Theme } from "../map/palette.ts";

const KEY = "rtcc-theme";
const prefersLight = matchMedia("(prefers-color-scheme: light)");

function remembered(): Theme | null {
  try {
    const word = localStorage.getItem(KEY);
    return word === "dark" || word === "light" ? word : null;
  } catch {
    return null; // storage may be forbidden; the page works without
  }
}

class Look {
  #chosen = $state<Theme | null>(remembered());
  #light = $state(prefersLight.matches);
  readonly theme: Theme = $derived(this.#chosen ?? (this.#light ? "light" : "dark"));

  constructor() {
    prefersLight.addEventListener("change", (change) => {
      this.#light = change.matches;
    });
  }

  toggle(): void {
    this.#chosen = this.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, this.#chosen);
    } catch {
      // as above
    }
  }
}

export const look = new Look();
