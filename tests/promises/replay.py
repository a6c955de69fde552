"""What a center decides on a journal: `python -m tests.promises.replay JOURNAL` prints the digest of its effects.

Knows: the core, and how its picture is put aside and taken up again.
Refuses to know: how the journal came about.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from center.core.center import Center, freeze, thaw
from center.core.effects import Effect
from center.store.journal import read


def decisions(journal: Path, *, snapshots_at: Sequence[int] = ()) -> list[Effect]:
    """Every effect, in order. Behind each position of `snapshots_at` a center made from a snapshot goes on."""
    center = Center()
    effects: list[Effect] = []
    for position, event in read(journal):
        effects += center.handle(event)
        if position in snapshots_at:
            center = Center(thaw(freeze(center.picture)))
    return effects


def digest(effects: Sequence[Effect]) -> str:
    return hashlib.sha256(msgspec.json.encode(effects)).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest(decisions(Path(sys.argv[1]))))
