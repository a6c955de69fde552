"""Which characters the reader takes for which: what `python -m benchmarks.plate_conditions --confusions FILE` writes.

Run by: python -m benchmarks.plate_confusions FILE, which prints such a file for people.

Knows: how a said text lies along the true one, the counts, the file that twin/devices/ocr.py reads.
Refuses to know: pictures.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

from center.vision.reader import MODELS

FAR_OFF = 3  # more differences than this: another text was read, not this one misread


def aligned(true: str, said: str) -> list[tuple[str, str]]:
    """Pairs of (true, said) characters by the fewest edits; an empty one where a character was missed, or added."""
    cost = [[i + j if not (i and j) else 0 for j in range(len(said) + 1)] for i in range(len(true) + 1)]
    for i, mine in enumerate(true, 1):
        for j, theirs in enumerate(said, 1):
            cost[i][j] = min(cost[i - 1][j - 1] + (mine != theirs), cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    pairs: list[tuple[str, str]] = []
    i, j = len(true), len(said)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (true[i - 1] != said[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((true[i], said[j]))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((true[i], ""))
        else:
            j -= 1
            pairs.append(("", said[j]))
    return pairs[::-1]


class Confusions:
    """Counts over reads of single frames, and of passages by condition."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._taken: Counter[tuple[str, str]] = Counter()
        self._kinds: Counter[str] = Counter()
        self._passages: dict[str, Counter[str]] = {}

    def saw(self, true: str, said: str) -> None:
        """One read of a frame in which the plate was found."""
        pairs = aligned(true, said)
        if sum(mine != theirs for mine, theirs in pairs) > FAR_OFF:
            self._kinds["far-off"] += 1
            return
        self._kinds["reads"] += 1
        for place, (mine, theirs) in enumerate(pairs):
            if mine:
                self._seen[mine] += 1
            if mine and theirs and mine != theirs:
                self._taken[mine, theirs] += 1
                self._kinds["confused"] += 1
            elif not theirs:
                edge = "first" if place == 0 else "last" if place == len(pairs) - 1 else "inside"
                self._kinds[f"missed-{edge}"] += 1
            elif not mine:
                self._kinds["added"] += 1

    def passed(self, condition: str, told: bool, right: bool) -> None:
        """One passage of a car with a plate, as the center would tell it."""
        counts = self._passages.setdefault(condition, Counter())
        counts["passages"] += 1
        counts["unread"] += not told
        counts["misread"] += told and not right

    def write(self, path: Path, command: str) -> None:
        running = sha256()
        for model in sorted(MODELS.glob("*.onnx")):
            running.update(model.read_bytes())
        characters = {
            char: {
                "seen": self._seen[char],
                "taken_for": dict(sorted(((b, n) for (a, b), n in self._taken.items() if a == char), key=_first_most)),
            }
            for char in sorted(self._seen)
        }
        told = {
            "command": command,
            "networks": running.hexdigest()[:16],
            "kinds": dict(sorted(self._kinds.items())),
            "conditions": {name: dict(sorted(counts.items())) for name, counts in self._passages.items()},
            "characters": characters,
        }
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def _first_most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    print(told["command"], told["networks"], told["kinds"])
    for char, one in told["characters"].items():
        wrong = sum(one["taken_for"].values())
        print(f"{char}  {one['seen']:5}  {wrong / one['seen']:6.2%}  {one['taken_for']}")


if __name__ == "__main__":
    main()
