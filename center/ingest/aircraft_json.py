"""Aircraft as a receiver program knows them: the `aircraft.json` of readsb, dump1090-fa and tar1090, asked for again
and again over HTTP; the same from web services of that kind; and readsb's JSON port, one aircraft a line.

Knows: both dialects' names, and what is news: a state that was told a second ago is not told again.
Refuses to know: whether an aircraft can be where it is said to be, and whose it is.

An aircraft is news when a message of it was counted since, or, where nobody counts, when it was heard later than
before. Its position is told only when it is newer than the one told before, with the time of that position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from center.core.events import AircraftSeen, Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.lenient import convert_leniently
from center.ingest.sbs import ALTITUDES_FT, M_PER_FT, MAX_CLIMB_FTMIN, MAX_SPEED_KT, MPS_PER_FTMIN, MPS_PER_KT
from center.ingest.timestamps import micros_of_epoch_ms

MAX_BYTES = 16 << 20
STALE_S = 60.0
SAME_S = 0.25
"""Ages are rounded to tenths of a second: of one message they differ by this much."""
MILLISECONDS_FROM = 1e11
"""A larger `now` is milliseconds (services that follow ADS-B Exchange's version 2); in seconds it is the year 5138."""

MAX_HEX_CHARS = 16

_ICAO = re.compile(r"[0-9a-f]{6}")
_NO_ADDRESS = ("000000", "ffffff")
_CALLSIGN = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{0,9}")
_SQUAWK = re.compile(r"[0-7]{4}")


class _Position(msgspec.Struct, gc=False):
    lat: float | None = None
    lon: float | None = None
    seen_pos: float | None = None


class _Aircraft(_Position, gc=False):
    """Knots, feet, feet a minute, degrees, seconds before `now`. `altitude`, `speed` and `vert_rate` are what dump1090
    called `alt_baro`, `gs` and `baro_rate` before 2018."""

    hex: str = ""
    flight: str | None = None
    alt_baro: float | str | None = None
    alt_geom: float | None = None
    gs: float | None = None
    track: float | None = None
    baro_rate: float | None = None
    geom_rate: float | None = None
    squawk: str | int | None = None
    messages: int | None = None
    seen: float | None = None
    lastPosition: _Position | None = None  # noqa: N815  # as it is written there
    altitude: float | str | None = None
    speed: float | None = None
    vert_rate: float | None = None


class _Document(_Aircraft, gc=False):
    """A whole document, or a line of the JSON port, which is one aircraft with its own `now`."""

    now: float | None = None
    aircraft: list[_Aircraft] | None = None
    ac: list[_Aircraft] | None = None  # as web services call it


class _Told(NamedTuple):
    """What was last told of an aircraft; times are seconds of the receiver's clock."""

    messages: int | None
    heard_s: float
    lat: float | None
    lon: float | None
    placed_s: float


class _Read(NamedTuple):
    document: _Document
    why: str = ""  # what could not be read of it


_decode_strictly = msgspec.json.Decoder(_Document, strict=False).decode


def _decode(raw: bytes) -> _Read:
    try:
        read = _Read(_decode_strictly(raw))
    except msgspec.ValidationError as problem:
        read = _Read(convert_leniently(msgspec.json.decode(raw), _Document), f"left out: {problem}")
    document = read.document
    if document.aircraft is None and document.ac is None and (not document.hex or document.now is None):
        raise ValueError("neither a list of aircraft nor one with its time")
    return read


class AircraftJsonFeed(Quiet):
    """One receiver's document, as often as it is fetched. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"aircraft-json takes no options but was given {', '.join(sorted(options))}")
        self._origin = origin
        self._documents = JsonDocuments(_decode, MAX_BYTES)
        self._faults = Faults(origin)
        self._told: dict[str, _Told] = {}
        self._now_s = 0.0

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._documents.feed(data, self._origin.whole), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._documents.feed(b"", True), at), *self._faults.rest(at)]

    def _read(self, documents: Iterable[Document[_Read]], at: Micros) -> list[Event]:
        out: list[Event] = []
        for document in documents:
            whys = [document.why] if document.why else []
            if document.value is not None:
                if document.value.why:
                    whys.append(document.value.why)
                self._tell(document.value.document, at, whys, out)
            for why in whys:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    def _tell(self, document: _Document, at: Micros, whys: list[str], out: list[Event]) -> None:
        now_s = document.now or 0.0
        if now_s >= MILLISECONDS_FROM:
            now_s /= 1000
        listed = document.ac if document.aircraft is None else document.aircraft
        if listed is None:  # a line by itself was written because there was news
            self._tell_each([document], now_s, {}, at, whys, out)
        elif not 0.0 < self._now_s - now_s < STALE_S:  # else a cache has answered with an older document
            self._now_s = now_s
            self._told = self._tell_each(listed, now_s, self._told, at, whys, out)

    def _tell_each(
        self,
        listed: Iterable[_Aircraft],
        now_s: float,
        before: Mapping[str, _Told],
        at: Micros,
        whys: list[str],
        out: list[Event],
    ) -> dict[str, _Told]:
        """Add what is news; returns what has been told of each by now."""
        told: dict[str, _Told] = {}
        for craft in listed:
            try:
                icao = craft.hex.lower()
                if icao.startswith("~"):  # TIS-B and anonymous: names no aircraft
                    continue
                if not _ICAO.fullmatch(icao) or icao in _NO_ADDRESS:
                    raise ValueError("not an ICAO address (six hex digits)")
                known = _known_of(craft, now_s)
                if known is None:
                    continue
                previous = before.get(icao)
                told[icao] = known
                if previous is None or _is_news(known, previous):
                    out.append(self._sighting(craft, icao, known, _is_placed_anew(known, previous), now_s, at))
            except ValueError as problem:
                whys.append(f"{problem} (of {craft.hex[:MAX_HEX_CHARS]!r})")
        return told

    def _sighting(
        self, craft: _Aircraft, icao: str, known: _Told, placed: bool, now_s: float, at: Micros
    ) -> AircraftSeen:
        """Raises ValueError for a value that cannot be: then nothing of the aircraft is believed."""
        altitude = craft.altitude if craft.alt_baro is None else craft.alt_baro
        on_ground = None if altitude is None else altitude == "ground"
        if on_ground:
            altitude = None
        elif altitude is None:
            altitude = craft.alt_geom
        speed = craft.speed if craft.gs is None else craft.gs
        climb = craft.geom_rate if craft.baro_rate is None else craft.baro_rate
        climb = craft.vert_rate if climb is None else climb
        track = craft.track
        return AircraftSeen(
            at=at,
            source=self._origin.source,
            seen=micros_of_epoch_ms((known.placed_s if placed else known.heard_s) * 1000) if now_s else None,
            icao=icao,
            callsign=_callsign(craft.flight) if craft.flight else None,
            lat=known.lat if placed else None,
            lon=known.lon if placed else None,
            altitude_m=None if altitude is None else _within(altitude, *ALTITUDES_FT, "altitude") * M_PER_FT,
            speed_mps=None if speed is None else _within(speed, 0.0, MAX_SPEED_KT, "speed") * MPS_PER_KT,
            course_deg=None if track is None else _within(track, 0.0, 360.0, "track") % 360.0,
            climb_mps=None
            if climb is None
            else _within(climb, -MAX_CLIMB_FTMIN, MAX_CLIMB_FTMIN, "climb") * MPS_PER_FTMIN,
            squawk=None if craft.squawk in (None, "") else _squawk(craft.squawk),
            on_ground=on_ground,
        )


def _known_of(craft: _Aircraft, now_s: float) -> _Told | None:
    """None for an aircraft that has not been heard for a minute. A position as old as that is none."""
    age_s = craft.seen or 0.0
    if age_s > STALE_S:
        return None
    position = craft if craft.lat is not None or craft.lastPosition is None else craft.lastPosition
    lat, lon = position.lat, position.lon
    place_age_s = age_s if position.seen_pos is None else position.seen_pos
    if lat is None or lon is None or place_age_s > STALE_S or (lat == 0.0 and lon == 0.0):
        return _Told(craft.messages, now_s - age_s, None, None, 0.0)
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise ValueError("position out of range")
    return _Told(craft.messages, now_s - age_s, lat, lon, now_s - place_age_s)


def _is_news(known: _Told, previous: _Told) -> bool:
    if known.messages is not None and previous.messages is not None:
        return known.messages != previous.messages
    return known.heard_s - previous.heard_s > SAME_S


def _is_placed_anew(known: _Told, previous: _Told | None) -> bool:
    if known.lat is None or previous is None:
        return known.lat is not None
    return (known.lat, known.lon) != (previous.lat, previous.lon) or known.placed_s - previous.placed_s > SAME_S


def _within(value: float | str, low: float, high: float, what: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{what} is not a number") from None
    if not low <= number <= high:
        raise ValueError(f"{what} out of range")
    return number


def _callsign(text: str) -> str | None:
    callsign = text.strip(" @").upper()
    return callsign if _CALLSIGN.fullmatch(callsign) else None


def _squawk(told: str | int | None) -> str:
    squawk = str(told).zfill(4)
    if not _SQUAWK.fullmatch(squawk):
        raise ValueError("squawk is not four octal digits")
    return squawk
