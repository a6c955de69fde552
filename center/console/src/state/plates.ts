// A plate as read against a plate as listed, letter by letter.
// Knows: alignment and which letters look alike. Refuses to decide whether they are the same plate: a person does.

export type LetterMatch = "same" | "alike" | "different" | "missing" | "extra";

export interface LetterPair {
  read: string | null;
  listed: string | null;
  match: LetterMatch;
}

// Groups a camera takes for one another. Lists print the letter O as zero, so O and 0 are one group everywhere.
const ALIKE = ["0OQD", "1IL7", "2Z", "5S", "6G", "8B", "VY", "MN", "UV", "EF", "CG"];

export function lookAlike(a: string, b: string): boolean {
  return ALIKE.some((group) => group.includes(a) && group.includes(b));
}

function match(read: string, listed: string): LetterMatch {
  if (read === listed) return "same";
  return lookAlike(read, listed) ? "alike" : "different";
}

const COST: Record<LetterMatch, number> = { same: 0, alike: 1, different: 2, missing: 2, extra: 2 };

/** Aligns the two with the fewest and mildest differences. `missing`: listed but not read; `extra`: the reverse. */
export function compare(readPlate: string, listedPlate: string): LetterPair[] {
  const read = [...readPlate.toUpperCase()].slice(0, 16);
  const listed = [...listedPlate.toUpperCase()].slice(0, 16);
  const width = listed.length + 1;
  const cost = new Float64Array((read.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j] ?? 0;
  for (let i = 0; i <= read.length; i++) {
    for (let j = 0; j <= listed.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = (i + j) * COST.extra;
      else
        cost[i * width + j] = Math.min(
          at(i - 1, j - 1) + COST[match(read[i - 1] ?? "", listed[j - 1] ?? "")],
          at(i - 1, j) + COST.extra,
          at(i, j - 1) + COST.missing,
        );
    }
  }
  const pairs: LetterPair[] = [];
  let i = read.length;
  let j = listed.length;
  while (i > 0 || j > 0) {
    const r = read[i - 1] ?? "";
    const l = listed[j - 1] ?? "";
    if (i > 0 && j > 0 && at(i, j) === at(i - 1, j - 1) + COST[match(r, l)]) {
      pairs.push({ read: r, listed: l, match: match(r, l) });
      i--;
      j--;
    } else if (i > 0 && at(i, j) === at(i - 1, j) + COST.extra) {
      pairs.push({ read: r, listed: null, match: "extra" });
      i--;
    } else {
      pairs.push({ read: null, listed: l, match: "missing" });
      j--;
    }
  }
  return pairs.reverse();
}

/** One sentence for a screen reader and for the line under the letters. */
export function differenceText(pairs: readonly LetterPair[]): string {
  const told = pairs.flatMap((pair, index) => {
    const place = `Letter ${index + 1}`;
    if (pair.match === "alike") return [`${place}: ${pair.read} and ${pair.listed} look alike.`];
    if (pair.match === "different") return [`${place}: read ${pair.read}, listed ${pair.listed}.`];
    if (pair.match === "missing") return [`${place}: listed ${pair.listed}, not read.`];
    if (pair.match === "extra") return [`${place}: read ${pair.read}, not listed.`];
    return [];
  });
  return told.length === 0 ? "Every letter is the same." : told.join(" ");
}

/** How a read's letters stand to those that were asked for, in a few words; `?` was seen by nobody. */
export function likeness(read: string, asked: string): string {
  const pairs = compare(read, asked).filter((pair) => pair.listed !== "?" || pair.read === null);
  const differing = pairs.filter((pair) => pair.match !== "same");
  if (differing.length === 0) return "as asked";
  if (differing.every((pair) => pair.match === "alike")) return "looks alike";
  return `${differing.length} ${differing.length === 1 ? "letter differs" : "letters differ"}`;
}
