"""How well the center read plates from pictures: its reads against what the pictures showed.

Knows: that a read refers to a frame, and what the truth log says of that frame.
Refuses to know: how anything was read, and by whom.

A plate counts as read when some read of a frame of its passage has its text; a read is right when the frame that it
refers to shows what it says. The letter O counts as zero, as state files print it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from twin.outcome import Outcome
from twin.scenarios.schema import Scenario
from twin.score import as_listed

PICTURES = ("frames", "frames-mqtt")

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class PlatesReadFigures(NamedTuple):
    """`shown`: passages with a plate; `known` of them were read in full. `reads` from pictures; `right` of them."""

    shown: int
    known: int
    reads: int
    right: int

    @property
    def recall(self) -> float:
        return self.known / self.shown

    @property
    def precision(self) -> float:
        return self.right / self.reads


def has_pictures(scenario: Scenario) -> bool:
    """Whether there are cameras in it that send pictures."""
    return any(speaks in PICTURES for speaks in scenario.world.speaks.values())


def reads_of(events: Iterable[tuple[int, int, bytes]]) -> tuple[dict[str, Any], ...]:
    """The plate reads of a journal that refer to a frame."""
    reads = (_decode(event) for _, _, event in events if b'"type":"PlateRead"' in event)
    return tuple(read for read in reads if read.get("frame"))


def plates_read(outcome: Outcome) -> PlatesReadFigures:
    frames: dict[str, tuple[tuple[str, str], str]] = {}
    for fact in outcome.facts:
        if fact.kind == "frame-sent":
            facts = fact.facts
            frames[facts["frame"]] = (facts["reader"], facts["vehicle"]), as_listed(facts["plate"] or "")
    shown = {
        (fact.facts["reader"], fact.facts["vehicle"])
        for fact in outcome.facts
        if fact.kind == "plate-shown" and fact.facts["plate"]
    }
    known: dict[tuple[str, str], None] = {}
    reads = right = 0
    for read in outcome.reads:
        passage, plate = frames.get(read["frame"], (None, ""))
        is_right = bool(plate) and as_listed(read["plate"]) == plate
        reads += 1
        right += is_right
        if is_right and passage is not None:
            known[passage] = None
    return PlatesReadFigures(len(shown), len(known.keys() & shown), reads, right)
