"""Where two runs part, and why.

Knows: that what a center learns follows from the bytes it was given, and the bytes from what happened; so the cause
of a difference is the earliest of the three.
Refuses to know: whether the difference matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from twin.recording import JOURNAL, TRUTH, Recording, RecordingError

ReadJournal: TypeAlias = Callable[[Path], Iterable[tuple[int, int, bytes]]]

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Difference(msgspec.Struct, frozen=True):
    """`position` is the journal position of the first event that differs; `fields` are those in which the two differ.
    `cause` says in words what differed first: the runs' settings, the world, the bytes, or the center."""

    position: int
    a: dict[str, Any] | None
    b: dict[str, Any] | None
    fields: tuple[str, ...]
    cause: str
    cause_kind: str


def first_difference(a: Path, b: Path, read_journal: ReadJournal) -> Difference | None:
    """None when both runs learned the same. `read_journal` gives the events of a journal file as (position, at, JSON).
    Raises RecordingError, OSError, and what `read_journal` raises."""
    events = zip_longest(_events(a, read_journal), _events(b, read_journal))
    for position, (one, other) in enumerate(events, 1):
        if one == other:
            continue
        first, second = (None if body is None else _decode(body) for body in (one, other))
        fields = tuple(
            key
            for key in sorted({*(first or {}), *(second or {})})
            if (first or {}).get(key, _MISSING) != (second or {}).get(key, _MISSING)
        )
        kind, cause = _cause(a, b, first or second or {})
        return Difference(position, first, second, fields, cause, kind)
    return None


_MISSING = object()


def _is_recording(path: Path) -> bool:
    return path.suffix == ".mcap"


def _events(path: Path, read_journal: ReadJournal) -> Iterator[bytes]:
    """A run's events as JSON, from a recording or from a journal file."""
    if not _is_recording(path):
        yield from (body for _, _, body in read_journal(path))
        return
    recording = Recording(path)
    any_event = False
    for _, _, body in recording.notes(JOURNAL):
        any_event = True
        yield body
    if recording.damage:
        raise RecordingError(f"{recording.damage}; what the center learned stands at the end, and cannot be compared")
    if not any_event:
        raise RecordingError(f"{path}: holds no journal; compare recordings made by `twin run --record`")


def _cause(a: Path, b: Path, event: dict[str, Any]) -> tuple[str, str]:
    """What differed first, of what can be known from the two files."""
    if not (_is_recording(a) and _is_recording(b)):
        return (
            "unknown",
            f"the event came from {event.get('source')}; journals alone do not hold the bytes it was made of",
        )
    one, other = Recording(a), Recording(b)
    one.read_about()
    other.read_about()
    settings = [
        f"{key}: {one.about.get(key)!r} and {other.about.get(key)!r}"
        for key in ("scenario", "seed", "mode", "code")
        if one.about.get(key) != other.about.get(key)
    ]
    suffix = f" (the runs differ in {'; '.join(settings)})" if settings else ""
    bytes_part = _first_bytes(one, other)
    truth_part = _first_truth(one, other)
    if bytes_part is None:
        return "center", f"the same bytes arrived in both: the center decoded or decided differently{suffix}"
    if truth_part is not None and truth_part[0] <= bytes_part[0]:
        return "world", f"the world differs from {_clock(truth_part[0])} on: {truth_part[1]}{suffix}"
    return "bytes", f"the bytes differ from {_clock(bytes_part[0])} on: {bytes_part[1]}{suffix}"


def _first_bytes(one: Recording, other: Recording) -> tuple[int, str] | None:
    for mine, theirs in zip_longest(one.messages(), other.messages()):
        if mine != theirs:
            known = mine or theirs
            assert known is not None
            shown = [f"{m.feed}/{m.peer} {m.data[:80]!r}" if m else "nothing more" for m in (mine, theirs)]
            return min(m.at_us for m in (mine, theirs) if m), f"{shown[0]} against {shown[1]}"
    return None


def _first_truth(one: Recording, other: Recording) -> tuple[int, str] | None:
    for mine, theirs in zip_longest(one.notes(TRUTH), other.notes(TRUTH)):
        if mine != theirs:
            shown = [note[2].decode()[:160] if note else "nothing more" for note in (mine, theirs)]
            return min(note[1] for note in (mine, theirs) if note), f"{shown[0]} against {shown[1]}"
    return None


def _clock(at_us: int) -> str:
    seconds, micros = divmod(at_us, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minute:02d}:{second:02d}.{micros:06d} UTC"
