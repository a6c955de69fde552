"""OwnTracks JSON (OwnTracks Booklet, "JSON") over MQTT or HTTP.

Knows: `location` is a position and `lwt` a device that went offline; who that is from the topic, or from the message.
Refuses to know: the other types (`transition`, `waypoint`, `card`, `cmd`, `encrypted` …), which are no faults and say
nothing of where a unit is now.

Who speaks, first of: `user/device` from the topic it was published to, `user/device` from the message's `topic`, its
`tid`, the sender. The broker vouches for the first; the others are claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from center.core.events import SECOND, Event, Micros, UnitReported
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.fixes import Tracks, sender
from center.ingest.json_documents import JsonDocuments
from center.ingest.nmea_fields import HIGHEST_M, KMH_MPS

LONGEST_DOCUMENT = 64 * 1024
LONGEST_NAME = 128
LATEST_S = 1e11
"""No time in seconds is larger: the year 5138."""

_BELOW_THE_DEVICE = frozenset(
    ("beacon", "cmd", "dump", "event", "info", "request", "status", "step", "waypoint", "waypoints")
)


class Location(msgspec.Struct, rename={"kind": "_type"}, gc=False):
    """What is used of a message. Numbers may be written as strings; degrees, seconds, km/h, metres."""

    kind: str
    lat: float | None = None
    lon: float | None = None
    tst: float | None = None
    vel: float | None = None
    cog: float | None = None
    alt: float | None = None
    acc: float | None = None
    tid: str | int | None = None
    topic: str | None = None


class _Other(msgspec.Struct, rename={"kind": "_type"}):
    kind: str


_location = msgspec.json.Decoder(Location, strict=False).decode
_other = msgspec.json.Decoder(_Other).decode


class OwntracksFeed(Quiet):
    """One topic, or one connection. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"owntracks takes no options but was given {', '.join(sorted(options))}")
        self._origin = origin
        self._faults = Faults(origin)
        self._documents = JsonDocuments(_read, LONGEST_DOCUMENT)
        self._tracks = Tracks(origin.source)
        self._topic_unit = unit_of(origin.peer) if origin.peer.count("/") >= 2 else None
        self._sender = origin.source if "/" in origin.peer else sender(origin)

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        whole = self._origin.whole
        said = self._documents.only(data) if whole else None
        if said is None:
            return self._take(data, at, whole)
        try:
            event = self._say(said, at)
        except ValueError as problem:
            return self._faults.tell(at, str(problem), data, 0)
        return () if event is None else (event,)

    def finish(self, at: Micros) -> Sequence[Event]:
        return self._take(b"", at, final=True) + self._faults.rest(at)

    def _take(self, data: bytes, at: Micros, final: bool) -> list[Event]:
        out: list[Event] = []
        for document in self._documents.feed(data, final):
            why = document.why
            if document.value is not None:
                try:
                    event = self._say(document.value, at)
                except ValueError as problem:
                    event, why = None, str(problem)
                if event is not None:
                    out.append(event)
            if why:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    def _say(self, said: Location, at: Micros) -> Event | None:
        if said.kind not in ("location", "lwt"):
            return None
        unit = self._topic_unit or _name(unit_of(said.topic or "")) or _name(str(said.tid or "")) or self._sender
        if said.kind == "lwt":
            return UnitReported(at=at, source=self._origin.source, unit=unit, status="offline")
        lat, lon = said.lat, said.lon
        if lat is None or not -90.0 <= lat <= 90.0:
            raise ValueError("lat: missing, or beyond 90 degrees")
        if lon is None or not -180.0 <= lon <= 180.0:
            raise ValueError("lon: missing, or beyond 180 degrees")
        if said.alt is not None and not abs(said.alt) <= HIGHEST_M:
            raise ValueError(f"alt: beyond {HIGHEST_M:.0f} m")
        speed, accuracy = _at_least_zero(said.vel, "vel"), _at_least_zero(said.acc, "acc")
        course = _at_least_zero(said.cog, "cog")
        if course is not None and course > 360.0:
            raise ValueError("cog: beyond 360 degrees")
        track = self._tracks.of(unit)
        stamp = seen = None
        if said.tst is not None:
            if not 0.0 <= said.tst < LATEST_S:
                raise ValueError("tst: not seconds since 1970")
            stamp = round(said.tst * SECOND)
            seen = track.complete(stamp, at)
        return track.moved(
            at,
            lat,
            lon,
            stamp,
            seen,
            None if speed is None else speed * KMH_MPS,
            None if course is None else course % 360.0,
            said.alt,
            accuracy,
        )


def unit_of(topic: str) -> str:
    """`user/device` from a topic: what follows `owntracks`, or the last two levels but for those OwnTracks adds."""
    levels = topic.strip("/").split("/")
    if "owntracks" in levels:
        start = levels.index("owntracks") + 1
        levels = levels[start : start + 2]
    elif levels[-1] in _BELOW_THE_DEVICE:
        levels.pop()
    return "/".join(levels[-2:])


def _read(text: bytes) -> Location:
    """Messages of other types may use the same names for other things; of them only the type counts."""
    try:
        return _location(text)
    except msgspec.ValidationError:
        kind = _other(text).kind
        if kind in ("location", "lwt"):
            raise
        return Location(kind)


def _name(name: str) -> str | None:
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else None


def _at_least_zero(value: float | None, name: str) -> float | None:
    """Phones write -1 for what they do not know."""
    if value is None or value < 0.0:
        return None
    if not value < 1e7:
        raise ValueError(f"{name}: too large")
    return value
