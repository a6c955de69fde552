"""Reads of single frames become one read a passage, as facts.

Knows: which plates in a camera's frames are one vehicle passing, when a passage is over, and the events that tell of
it.
Refuses to know: pixels, processes, sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from center.core.events import Candidate, Event, FeedFaulted, Micros, PlateRead
from center.vision.detector import Quad
from center.vision.reader import Read, same_vehicle, voted
from center.vision.recogniser import Text
from center.vision.workers import Job

QUIET_US = 800_000  # no sight of the plate for this long ends its passage
LINGER_US = 60_000_000  # a frame that a slow line brings after the end, and within so long, is no other passage
LONGEST_US = 10_000_000  # a car that stops is told of after so long, and then no more
LIKE = 0.5  # two readings of one plate share at least this much
MUCH_LIKE, ENOUGH = 0.8, 4  # wherever it is: so much of at least so many characters
VOTES = 24  # frames that have a say, the surest
CAMERAS, AT_ONCE = 4096, 64  # cameras with a passage under way, and passages before one camera
REF_CHARS = 32


class Picture(NamedTuple):
    """A JPEG, and the name by which an event refers to it."""

    ref: str
    data: bytes


class Told(NamedTuple):
    """A fact of the feed `source`, with the pictures that it refers to."""

    source: str
    event: Event
    pictures: tuple[Picture, ...] = ()


@dataclass(slots=True, eq=False)
class _Passage:
    first: int
    last: int
    last_at: int
    quad: Quad
    plate: str
    reads: list[Read] = field(default_factory=list)
    best: float = -1.0
    frame: bytes = b""
    crop: bytes = b""
    told: bool = False


class Sightings:
    """Of all cameras. Whether a passage is over is a matter of its camera's clock between frames, and of the center's
    when none comes."""

    def __init__(self, weakest: float = 0.05) -> None:
        self._weakest = weakest
        self._open: dict[str, tuple[Job, list[_Passage]]] = {}

    def saw(self, job: Job, reads: Sequence[Read], crops: Sequence[bytes]) -> list[Told]:
        """The passages that this frame shows to be over."""
        known = self._open.get(job.key)
        if known is None and not reads:
            return []
        passages = known[1] if known else []
        over = [one for one in passages if abs(job.seen - one.last) >= QUIET_US]
        passages[:] = [one for one in passages if one not in over]
        for read, crop in zip(reads, crops, strict=True):
            passage = next((one for one in passages if _continues(one, read)), None)
            if passage is None:
                if len(passages) >= AT_ONCE:
                    over.append(passages.pop(0))
                passage = _Passage(job.seen, job.seen, job.at, read.quad, read.text.plate)
                passages.append(passage)
            _add(passage, job, read, crop)
        told = list(self._told(job, over))
        long = [one for one in passages if not one.told and one.last - one.first >= LONGEST_US]
        told += self._told(job, long)
        if passages:
            told += self._room(job.key)
            self._open[job.key] = (job, passages)
        else:
            self._open.pop(job.key, None)
        return told

    def quiet(self, now: Micros, is_awaited: Callable[[str], bool] = lambda _: False) -> list[Told]:
        """The passages that are over because nothing more came; `is_awaited(camera)`: a frame of it is still being
        looked at."""
        told: list[Told] = []
        for key, (job, passages) in list(self._open.items()):
            over = [one for one in passages if now - one.last_at >= QUIET_US]
            if over and not is_awaited(key):
                told += self._told(job, over)
                passages[:] = [one for one in passages if now - one.last_at < LINGER_US]
                if not passages:
                    del self._open[key]
        return told

    def finish(self) -> list[Told]:
        """Every passage ends here."""
        known, self._open = self._open, {}
        return [told for job, passages in known.values() for told in self._told(job, passages)]

    def _room(self, key: str) -> list[Told]:
        """The camera that was seen first gives way when there are too many."""
        if key in self._open or len(self._open) < CAMERAS:
            return []
        job, passages = self._open.pop(next(iter(self._open)))
        return list(self._told(job, passages))

    def _told(self, job: Job, over: Sequence[_Passage]) -> Iterator[Told]:
        for passage in over:
            if passage.told:
                continue
            passage.told = True
            text = voted(passage.reads)
            if len(text.plate) >= 2 and text.confidence >= self._weakest:
                yield _fact(job, passage, text)
            passage.reads.clear()
            passage.frame = passage.crop = b""


def ref_of(data: bytes) -> str:
    """By what a picture is known: the first digits of its SHA-256."""
    return sha256(data).hexdigest()[:REF_CHARS]


def _add(passage: _Passage, job: Job, read: Read, crop: bytes) -> None:
    passage.last, passage.last_at = max(passage.last, job.seen), max(passage.last_at, job.at)
    passage.quad = read.quad
    if passage.told:
        return
    passage.reads.append(read)
    if len(passage.reads) > VOTES:
        passage.reads.remove(min(passage.reads, key=lambda one: one.text.confidence))
    if read.text.confidence > passage.best:
        passage.best, passage.plate = read.text.confidence, read.text.plate
        passage.frame, passage.crop = job.data, crop


def _fact(job: Job, passage: _Passage, text: Text) -> Told:
    pictures = tuple(Picture(ref_of(data), data) for data in (passage.frame, passage.crop))
    frame, crop = pictures
    candidates = ((text.plate, text.confidence), *text.others)
    event = PlateRead(
        at=Micros(passage.last_at),
        source=f"{job.source}/{job.camera}",
        seen=Micros(passage.first),
        reader=job.camera,
        plate=text.plate,
        read=f"{job.camera}-{passage.first}-{frame.ref[:8]}",
        state=text.state,
        state_confidence=round(text.state_confidence, 4) if text.state else None,
        confidence=round(text.confidence, 4),
        candidates=tuple(Candidate(plate=plate, confidence=round(share, 4)) for plate, share in candidates),
        characters=tuple({one.char: round(one.share, 4) for one in place} for place in text.characters),
        crop=crop.ref if crop.data else None,
        frame=frame.ref,
    )
    return Told(job.source, event, tuple(picture for picture in pictures if picture.data))


def _continues(passage: _Passage, read: Read) -> bool:
    """The same plate a moment later: near where it was, or reading much the same (it was fast, or frames between were
    lost)."""
    alike = _alike(passage.plate, read.text.plate)
    if alike >= MUCH_LIKE and min(len(passage.plate), len(read.text.plate)) >= ENOUGH:
        return True
    return alike >= LIKE and same_vehicle(passage.quad, read.quad)


def _alike(one: str, other: str) -> float:
    """The share of characters that stand in both at about the same place."""
    if not one or not other:
        return 1.0  # nothing was made out in one of them: place decides
    near = sum(char in other[max(0, i - 1) : i + 2] for i, char in enumerate(one))
    return near / max(len(one), len(other))


def faulted(job: Job, why: str) -> Told:
    """A picture that could not be looked at."""
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in job.data[:40])
    event = FeedFaulted(at=Micros(job.at), source=f"{job.source}/{job.camera}", why=why, excerpt=shown)
    return Told(job.source, event)
