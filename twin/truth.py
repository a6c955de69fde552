"""What really happened: the log that scores are made from.

Knows: facts in order of time, as the world and its devices state them.
Refuses to know: the center. Nothing of this ever reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec


class Fact(msgspec.Struct, frozen=True, gc=False):
    """`at_us` is microseconds since the scenario's start; docs/devices.md lists the kinds and what they say."""

    at_us: int
    kind: str
    facts: dict[str, Any]


class Truth:
    """`log(kind, **facts)` is what the world calls. `now_us` is the world's clock."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self.facts: list[Fact] = []
        self.hear: Callable[[Fact], None] = self.keep
        """Gets every fact as it happens; whoever puts something else here decides what is kept in memory."""
        self.pictures: dict[str, tuple[str, str]] = {}

    def log(self, kind: str, /, **facts: object) -> None:
        self.hear(Fact(self._now_us(), kind, facts))

    def keep(self, fact: Fact) -> None:
        """For scores, and for people who look at pictures."""
        self.facts.append(fact)
        facts = fact.facts
        picture = facts.get({"plate-read": "crop", "frame-sent": "frame"}.get(fact.kind, ""))
        if isinstance(picture, str) and facts["plate"]:
            self.pictures[picture] = (str(facts["plate"]), str(facts["state"]))

    def of(self, *kinds: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.kind in kinds)

    def on_picture(self, crop: str | None) -> tuple[str, str] | None:
        """What a person sees who looks at a picture: plate and state. None for a picture nobody took."""
        return self.pictures.get(crop or "")
