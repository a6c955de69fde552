// At which panel's window somebody was when they went to a provider to sign in, which sends everybody back to the page.
// Knows: one address of this tab, until it is used. Refuses to know: who signs in, and whether that succeeds.
const KEY = "rtcc-way-back";

export function keepWay(): void {
  try {
    sessionStorage.setItem(KEY, location.search);
  } catch {
    // storage may be forbidden; then it is the whole page
  }
}

/** Puts the address right before anything reads it. */
export function takeWay(): void {
  try {
    const kept = sessionStorage.getItem(KEY) ?? "";
    sessionStorage.removeItem(KEY);
    if (kept !== "" && location.search === "") history.replaceState(null, "", kept);
  } catch {
    // as above
  }
}
