"""How well the center read plates from pictures: its reads against what the pictures showed.

Knows: that a read refers to a frame, and what the truth log says of that frame.
Refuses to know: how anything was read, and by whom.

A plate counts as read when some read of a frame of its passage has its text; a read is right when the frame that it
refers to shows what it says; where the center takes its own pictures of a camera's film, when that camera showed it
just before. The letter O counts as zero, as state files print it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from twin.film_truth import shown_before
from twin.outcome import Outcome
from twin.scenarios.schema import Scenario
from twin.score import as_listed

PICTURES = ("frames", "frames-mqtt", "frames-rtsp")

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
    frames = {fact.facts["frame"]: fact.facts for fact in outcome.facts if fact.kind == "frame-sent"}
    shown = {_passage(fact.facts) for fact in outcome.facts if fact.kind == "plate-shown" and fact.facts["plate"]}
    known: dict[tuple[str, str], None] = {}
    reads = right = 0
    for read in outcome.reads:
        frame = frames.get(read["frame"])
        meant = [frame] if frame is not None else _filmed(read, outcome)
        text = as_listed(read["plate"])
        passage = next((_passage(one) for one in meant if one["plate"] and as_listed(one["plate"]) == text), None)
        reads += 1
        if passage is not None:
            right += 1
            known[passage] = None
    return PlatesReadFigures(len(shown), len(known.keys() & shown), reads, right)


def _filmed(read: Mapping[str, Any], outcome: Outcome) -> list[dict[str, Any]]:
    seen_us = (read.get("seen") or read["at"]) - outcome.epoch
    return shown_before(outcome.facts, read["reader"], seen_us)


def _passage(facts: Mapping[str, Any]) -> tuple[str, str]:
    return facts["reader"], facts["vehicle"]
