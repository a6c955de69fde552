"""A part of a recording, and several recordings as one.

Knows: which messages and which truth go along, and what a part must repeat to stand by itself.
Refuses to know: what the bytes mean; a message is moved in time or left out, never changed.

Everything is read and written as a stream. What the center learned (`/journal`) does not go along: its positions belong
to a run that was not this one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from twin.recording import TRUTH, Carried, Recording, RecordingError, RunRecorder

SECOND_US = 1_000_000
KEYS = {"agencies": "agency", "units": "unit", "readers": "reader", "aircraft": "icao", "operators": "operator"}
"""The tables of a site file that are lists of somebody, and by which key each is known. Feeds go by their channels."""


class Made(msgspec.Struct, frozen=True):
    """What a new recording holds. `damage`: where a source could not be read further."""

    messages: int
    facts: int
    seconds: float
    damage: tuple[str, ...]


class _Item(NamedTuple):
    """A message or (no feed) a fact, and when it is in the new recording."""

    at_us: int
    feed: str
    peer: str
    data: bytes


def cut(source: Path, to: Path, from_s: float, to_s: float | None, links: Collection[str] = ()) -> Made:
    """The messages of `links` (feeds; all without it) from `from_s` on and before `to_s`, counted from the recording's
    first message. Truth goes along up to the end: what has happened before is still true. What lies in a folder is
    still there, too: the last list of each before `from_s` is what the part begins with. Raises RecordingError,
    OSError."""
    recording = _opened(source, to)
    first = _first_us(recording)
    begin, end = first + round(from_s * SECOND_US), None if to_s is None else first + round(to_s * SECOND_US)
    kept = {name: kind for name, kind in recording.feeds.items() if not links or name in links}
    unknown = sorted(set(links) - recording.feeds.keys())
    if unknown:
        raise RecordingError(f"{source}: has no feed {', '.join(unknown)}; it has {', '.join(sorted(recording.feeds))}")
    about = {**recording.about, "cut": {"from_s": from_s, "to_s": to_s, "links": sorted(links)}}
    items = merge(_facts(recording, 0), _part(recording, kept, begin, end), key=lambda item: item.at_us)
    before_end = (item for item in items if end is None or item.at_us < end)
    return _write(to, kept, about, recording.site, recording.scenario, before_end, [recording])


def merged(sources: Sequence[Path], to: Path, shifts_s: Sequence[float] | None = None, *, align: bool = False) -> Made:
    """All messages and all truth of several recordings, in order of time. `align` moves each so that it begins with the
    first; `shifts_s` moves each by so much besides. Times inside messages stay what they are. Raises RecordingError,
    OSError."""
    if shifts_s is not None and len(shifts_s) != len(sources):
        raise RecordingError(f"{len(shifts_s)} shifts for {len(sources)} recordings; give one for each, or none")
    recordings = [_opened(source, to) for source in sources]
    firsts = [_first_us(recording) for recording in recordings]
    moves = [firsts[0] - first if align else 0 for first in firsts]
    moves = [move + round(s * SECOND_US) for move, s in zip(moves, shifts_s or [0.0] * len(moves), strict=True)]
    feeds: dict[str, tuple[str, str]] = {}
    for recording in recordings:
        for name, kind in recording.feeds.items():
            if feeds.setdefault(name, kind) != kind:
                raise RecordingError(
                    f"{recording.path}: {name} is {' by '.join(kind)}, elsewhere {' by '.join(feeds[name])}"
                )
    about = {"merged": [recording.about for recording in recordings], "moved_s": [move / SECOND_US for move in moves]}
    streams: list[Iterator[_Item]] = []
    for recording, move in zip(recordings, moves, strict=True):
        streams += [_facts(recording, move), _all(recording, move)]
    items = merge(*streams, key=lambda item: item.at_us)
    return _write(to, feeds, about, _joined([r.site for r in recordings]), b"", items, recordings)


def _opened(source: Path, to: Path) -> Recording:
    """Raises RecordingError, OSError."""
    if to.exists() and to.samefile(source):
        raise RecordingError(f"{to}: is what would be read; name another file")
    recording = Recording(source)
    recording.read_about()
    return recording


def _first_us(recording: Recording) -> int:
    first = next(recording.messages(), None)
    if first is None:
        raise RecordingError(recording.damage or f"{recording.path}: holds no message")
    return first.at_us


def _facts(recording: Recording, move_us: int) -> Iterator[_Item]:
    for _, at_us, fact in recording.notes(TRUTH):
        yield _Item(at_us + move_us, "", "", fact)


def _all(recording: Recording, move_us: int) -> Iterator[_Item]:
    for at_us, feed, peer, data in recording.messages():
        yield _Item(at_us + move_us, feed, peer, data)


def _part(recording: Recording, kept: Mapping[str, tuple[str, str]], begin: int, end: int | None) -> Iterator[_Item]:
    lists: dict[str, Carried] = {}
    begun = False
    for message in recording.messages():
        if end is not None and message.at_us >= end:
            return
        if message.feed not in kept:
            continue
        if message.at_us < begin:
            if kept[message.feed][1] == "folder":
                lists[message.feed] = message
            continue
        if not begun:
            begun = True
            yield from (_Item(begin, *listed[1:]) for listed in lists.values())
        yield _Item(*message)


def _write(
    to: Path,
    feeds: Mapping[str, tuple[str, str]],
    about: Mapping[str, Any],
    site: Mapping[str, Any],
    scenario: bytes,
    items: Iterator[_Item],
    sources: Sequence[Recording],
) -> Made:
    recorder = RunRecorder(to, feeds)
    recorder.attach("run", about)
    if site:
        recorder.attach("site", site)
    if scenario:
        recorder.attach("scenario", msgspec.json.decode(scenario))
    messages = facts = 0
    first = last = None
    for at_us, feed, peer, data in items:
        if feed:
            messages += 1
            first, last = first or at_us, at_us
            recorder.carried(at_us, feed, peer, data)
        else:
            facts += 1
            recorder.happened(at_us, data)
    recorder.finish()
    seconds = ((last or 0) - (first or 0)) / SECOND_US
    damage = dict.fromkeys(source.damage for source in sources if source.damage)
    return Made(messages, facts, round(seconds, 6), tuple(damage))


def _joined(sites: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first site, and whoever and whatever feed the others have besides."""
    joined: dict[str, Any] = {}
    for site in sites:
        for key, value in site.items():
            name = KEYS.get(key, "name")
            if key not in joined:
                joined[key] = value
            elif key in KEYS or key == "feeds":
                known = {entry[name] for entry in joined[key]}
                joined[key] = [*joined[key], *(entry for entry in value if entry[name] not in known)]
    return joined
