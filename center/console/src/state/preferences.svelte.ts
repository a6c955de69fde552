// What a person has chosen for this browser beyond the theme.

const KEY = "rtcc-single-keys";

class Preferences {
  #keys = $state(true);

  constructor() {
    try {
      this.#keys = localStorage.getItem(KEY) !== "off";
    } catch {
      // storage may be forbidden; the page works without
    }
  }

  /** Whether single letters act as shortcuts. */
  get keys(): boolean {
    return this.#keys;
  }

  set keys(on: boolean) {
    this.#keys = on;
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      // as above
    }
  }
}

export const preferences = new Preferences();
