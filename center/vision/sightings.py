"""Reads of single frames become one read a passage, as facts.

Knows: which plates in a camera's frames are one vehicle passing, when a passage is over, and the events that tell of
it.
Refuses to know: pixels, processes, sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from center.core.events import Candidate, Event, FeedFaulted, Micros, PlateRead
from center.vision.detector import Quad
from center.vision.reader import Read, same_vehicle, voted
from center.vision.recogniser import Text

QUIET_US = 800_000  # no sight of the plate for this long ends its passage
LONGEST_US = 10_000_000  # a parked car is told of once in so long
LIKE = 0.5  # two readings of one plate share at least this much


class Frame(NamedTuple):
    """What a worker found in one frame. `ref`: where the picture is kept."""

    camera: str
    seen: Micros
    ref: str | None
    reads: Sequence[Read]


@dataclass(slots=True)
class _Passage:
    first: Micros
    last: Micros
    quad: Quad
    plate: str
    number: int
    reads: list[Read] = field(default_factory=list)
    best: tuple[float, str | None] = (-1.0, None)


class Sightings:
    """One per center. `source` names the feed the facts are said to come from."""

    def __init__(self, source: str, weakest: float = 0.05) -> None:
        self._source = source
        self._weakest = weakest
        self._begun = 0
        self._open: dict[str, list[_Passage]] = {}

    def saw(self, frame: Frame, at: Micros) -> list[Event]:
        """The passages that this frame shows to be over."""
        passages = self._open.setdefault(frame.camera, [])
        over = self._ended(frame.camera, frame.seen, at)
        for read in frame.reads:
            passage = next((one for one in passages if _continues(one, read)), None)
            if passage is None:
                self._begun += 1
                passage = _Passage(frame.seen, frame.seen, read.quad, read.text.plate, self._begun)
                passages.append(passage)
            passage.last, passage.quad = max(passage.last, frame.seen), read.quad
            passage.reads.append(read)
            if read.text.confidence > passage.best[0]:
                passage.best, passage.plate = (read.text.confidence, frame.ref), read.text.plate
        return over

    def quiet(self, now: Micros) -> list[Event]:
        """The passages that are over because nothing more was seen."""
        return [event for camera in list(self._open) for event in self._ended(camera, now, now)]

    def finish(self, at: Micros) -> list[Event]:
        """Every passage ends here."""
        return [event for camera, passages in self._open.items() for event in self._told(camera, passages, at)]

    def _ended(self, camera: str, seen: Micros, at: Micros) -> list[Event]:
        passages = self._open[camera]
        over = [one for one in passages if seen - one.last >= QUIET_US or seen - one.first >= LONGEST_US]
        passages[:] = [one for one in passages if not any(one is ended for ended in over)]
        return self._told(camera, over, at)

    def _told(self, camera: str, over: Sequence[_Passage], at: Micros) -> list[Event]:
        events: list[Event] = []
        for passage in over:
            text = voted(passage.reads)
            if len(text.plate) >= 2 and text.confidence >= self._weakest:
                events.append(self._fact(camera, passage, text, at))
        return events

    def _fact(self, camera: str, passage: _Passage, text: Text, at: Micros) -> Event:
        candidates = ((text.plate, text.confidence), *text.others)
        return PlateRead(
            at=at,
            source=f"{self._source}/{camera}",
            seen=passage.first,
            reader=camera,
            plate=text.plate,
            read=f"{camera}-{passage.first}-{passage.number}",
            state=text.state,
            state_confidence=round(text.state_confidence, 4) if text.state else None,
            confidence=round(text.confidence, 4),
            candidates=tuple(Candidate(plate=plate, confidence=round(share, 4)) for plate, share in candidates),
            characters=tuple({one.char: round(one.share, 4) for one in place} for place in text.characters),
            frame=passage.best[1],
        )


def _continues(passage: _Passage, read: Read) -> bool:
    """The same plate a moment later: near where it was, or reading much the same (a fast car has moved on)."""
    return same_vehicle(passage.quad, read.quad) and _alike(passage.plate, read.text.plate) >= LIKE


def _alike(one: str, other: str) -> float:
    """The share of characters that stand in both at about the same place."""
    if not one or not other:
        return 1.0  # nothing was made out in one of them: place decides
    near = sum(char in other[max(0, i - 1) : i + 2] for i, char in enumerate(one))
    return near / max(len(one), len(other))


def faulted(source: str, camera: str, why: str, data: bytes, at: Micros) -> FeedFaulted:
    """A picture that could not be looked at."""
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data[:40])
    return FeedFaulted(at=at, source=f"{source}/{camera}", why=why, excerpt=shown)
