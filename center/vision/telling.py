"""What `center read` says about pictures.

Knows: files, and the JSON that comes of a picture. Refuses to know: how plates are found.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import msgspec

from center.core.events import Event, Micros, PlateRead
from center.vision import sightings
from center.vision.cameras import Cameras
from center.vision.drawing import drawn
from center.vision.opening import Image, UnreadableError, opened
from center.vision.reader import Read, Reader
from center.vision.sightings import ref_of
from center.vision.workers import Job, Workers


class ReadError(Exception):
    """A file that cannot be read, or is no picture; the text names it."""


class Plate(msgspec.Struct, frozen=True, omit_defaults=True):
    """`confidence`: that the text is right in full. `found`: that it is a plate at all. `corners`: in the picture's
    pixels, from
    the top left around. `characters`: per place what it may be, likeliest first. `others`: whole texts that come
    next."""

    plate: str
    confidence: float
    found: float
    corners: list[tuple[float, float]]
    characters: list[dict[str, float]]
    others: dict[str, float]
    state: str | None = None
    state_confidence: float | None = None


class Told(msgspec.Struct, frozen=True):
    image: str
    width: int
    height: int
    plates: list[Plate]


def told(images: Sequence[str], *, for_people: bool, only_a_plate: bool, draw: Path | None) -> Iterator[bytes]:
    """One JSON object a picture; on a line of its own, or indented `for_people`. Raises ReadError at the first that
    cannot be looked at."""
    reader = Reader()
    for name in images:
        picture = _picture(name)
        reads = [reader.read_plate(picture)] if only_a_plate else reader.read(picture)
        if draw is not None and not _written(draw, drawn(picture, reads)):
            raise ReadError(f"{draw}: cannot be written")
        line = msgspec.json.encode(Told(name, picture.shape[1], picture.shape[0], [_plate(read) for read in reads]))
        yield (msgspec.json.format(line, indent=2) if for_people else line) + b"\n"


def passages(images: Sequence[str], workers: int = 1, apart_us: int = 100_000) -> Iterator[bytes]:
    """The pictures as one camera's frames, in order, `apart_us` from one to the next: the facts they tell, one JSON
    object a line. A picture that cannot be looked at is a fact as well (FeedFaulted)."""
    pool = Workers(workers, waiting=1)
    cameras = Cameras(pool)
    told: list[sightings.Told] = []
    names: dict[str | None, str] = {}
    try:
        for number, name in enumerate(images):
            # A file does not hurry: each is waited for, where a live camera's older frames would give way.
            at, data = Micros(number * apart_us), _bytes(name)
            names[ref_of(data)] = name
            cameras.arrive(Job("read", "camera", at, at, data))
            while pool.busy:
                told += cameras.collect(at, 1.0)
        told += cameras.finish()
    finally:
        cameras.close()
    for one in told:
        event: Event = one.event
        if isinstance(event, PlateRead):
            event = msgspec.structs.replace(event, frame=names[event.frame], crop=None)
        yield msgspec.json.encode(event) + b"\n"


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ReadError(f"{name}: {error.strerror or error}") from None


def _written(path: Path, picture: Image) -> bool:
    try:
        return cv2.imwrite(str(path), picture)
    except cv2.error:  # an ending it has no encoder for
        return False


def _picture(name: str) -> Image:
    try:
        return opened(_bytes(name))
    except UnreadableError as error:
        raise ReadError(f"{name}: {error}") from None


def _plate(read: Read) -> Plate:
    text = read.text
    return Plate(
        plate=text.plate,
        confidence=round(text.confidence, 4),
        found=round(read.sure, 4),
        corners=[(round(float(x), 1), round(float(y), 1)) for x, y in read.quad],
        characters=[{one.char: round(one.share, 4) for one in place} for place in text.characters],
        others={plate: round(share, 4) for plate, share in text.others},
        state=text.state,
        state_confidence=round(text.state_confidence, 4) if text.state else None,
    )
