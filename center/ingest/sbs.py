"""Aircraft from a receiver's BaseStation port (SBS-1, TCP port 30003): one comma-separated line for every message.

Knows: the 22 fields of a `MSG` line as Kinetic's BaseStation, dump1090, readsb, mlat-client and RadarBox write them.
Refuses to know: whether an aircraft can be where it says (the aircraft desk gates positions by speed), and whose it is.

The format has no checksum, so a line with any impossible value in it is not believed at all. A line that carries
nothing but its address is still a sighting. `STA`, `SEL` and `CLK` tell of the receiver's screen: they are no fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from center.core.events import AircraftSeen, Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.lines import Line, LineSplitter
from center.ingest.timestamps import micros_of, zone_of

M_PER_FT = 0.3048
MPS_PER_KT = 1852 / 3600
MPS_PER_FTMIN = M_PER_FT / 60

LINE_BYTES = 1024
MAX_ADDRESSES = 65_536
FIELDS = range(20, 32)  # 22 by the book; some leave the last ones off, some end the line with a comma or with more
NOT_BEFORE = 1990  # a receiver that does not know the time says 1970, or 0000

ALTITUDES_FT = (-2_000.0, 130_000.0)
MAX_SPEED_KT = 4_100.0
MAX_CLIMB_FTMIN = 40_000.0

_NUMERIC = b"0123456789.,-+"
_HEX = b"0123456789abcdefABCDEF"
_ON_GROUND = {b"": None, b"0": False, b"1": True, b"-1": True}
_NO_FACT = frozenset((b"STA", b"SEL", b"CLK"))
_CALLSIGN = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{0,9}")
_MOMENT = re.compile(rb"(\d{4})/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)")


class SbsFeed(Quiet):
    """One connection to a receiver. Option `tz`: the IANA name of the zone in which the receiver stamps its lines
    (dump1090 uses its machine's local time); UTC when left out."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - {"tz"})
        if unknown:
            raise ValueError(f"sbs has no option {', '.join(unknown)}; it has tz")
        self._zone: tzinfo = zone_of(options["tz"]) if "tz" in options else UTC
        self._origin = origin
        self._splitter = LineSplitter(LINE_BYTES, origin.whole)
        self._faults = Faults(origin)
        self._addresses: dict[bytes, str] = {}
        self._second = b""  # the last date and time without its fraction …
        self._second_micros: int | None = None  # … and when that was

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.feed(data), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._splitter.rest(), at), *self._faults.rest(at)]

    def _read(self, lines: list[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, line, overflow in lines:
            try:
                if overflow:
                    raise ValueError(f"line longer than {LINE_BYTES} bytes")
                seen = self._line(line, at)
                if seen is not None:
                    out.append(seen)
            except ValueError as problem:
                out += self._faults.tell(at, str(problem), line, offset)
        return out

    def _line(self, line: bytes, at: Micros) -> AircraftSeen | None:
        """The sighting in one line, None when it tells of none. Raises ValueError saying what is wrong with it."""
        parts = line.split(b",", 11)
        kind = parts[0]
        if kind == b"MSG" and len(parts) == 12:
            return self._message(parts, at)
        kind = kind.strip()
        if kind in (b"MSG", b"MLAT"):
            if len(parts) < 12:
                raise ValueError("MSG line cut short")
            return self._message(parts, at)
        if kind in _NO_FACT or not line.strip():
            return None
        if kind not in (b"ID", b"AIR"):
            raise ValueError("not a BaseStation line")
        if len(parts) < 10:
            raise ValueError("ID or AIR line cut short")
        icao = self._address(parts[4])
        callsign = _callsign(parts[10]) if len(parts) > 10 else None
        if icao is None:
            return None
        return AircraftSeen(
            at=at, source=self._origin.source, seen=self._moment(parts[6], parts[7]), icao=icao, callsign=callsign
        )

    def _message(self, parts: list[bytes], at: Micros) -> AircraftSeen | None:
        transmission, tail = parts[1].strip(), parts[11].replace(b" ", b"")
        if tail.translate(None, _NUMERIC):
            raise ValueError("something other than numbers in the numeric fields")
        if len(transmission) != 1 or transmission not in b"12345678":
            raise ValueError("transmission type is not 1 to 8")
        icao = self._addresses.get(parts[4]) or self._address(parts[4])
        if icao is None:
            return None
        fields = tail.split(b",")
        if len(fields) + 11 not in FIELDS:
            raise ValueError("a MSG line has 22 fields, give or take")
        altitude, speed, course, lat, lon, climb, squawk = fields[:7]
        on_ground = _on_ground(fields, transmission)
        place = _place(lat, lon) if lat and lon else (None, None)
        return AircraftSeen(
            at=at,
            source=self._origin.source,
            seen=self._moment(parts[6], parts[7]),
            icao=icao,
            callsign=_callsign(parts[10]) if parts[10] else None,
            lat=place[0],
            lon=place[1],
            altitude_m=_within(altitude, *ALTITUDES_FT, "altitude") * M_PER_FT if altitude else None,
            speed_mps=_within(speed, 0.0, MAX_SPEED_KT, "speed") * MPS_PER_KT if speed else None,
            course_deg=_within(course, 0.0, 360.0, "track") % 360.0 if course else None,
            climb_mps=_within(climb, -MAX_CLIMB_FTMIN, MAX_CLIMB_FTMIN, "climb") * MPS_PER_FTMIN if climb else None,
            squawk=_squawk(squawk) if squawk else None,
            on_ground=on_ground,
        )

    def _address(self, text: bytes) -> str | None:
        """Lower-case hex; None for an address that is not ICAO's (TIS-B and anonymous ones are written with a `~`)."""
        address = text.strip()
        if address.startswith(b"~"):
            return None
        if len(address) != 6 or address.strip(_HEX) or address.upper() in (b"000000", b"FFFFFF"):
            raise ValueError("not an ICAO address (six hex digits)")
        if len(self._addresses) >= MAX_ADDRESSES:
            self._addresses.clear()
        icao = self._addresses[text] = address.decode("ascii").lower()
        return icao

    def _moment(self, date: bytes, time: bytes) -> Micros | None:
        """When the message was generated; None when the receiver does not say or cannot know."""
        second = date + b"," + time[:8]
        if second != self._second:
            self._second_micros = self._second_of(second)
            self._second = second
        fraction = time[9:15]
        if self._second_micros is None:
            return None
        if not fraction:
            return Micros(self._second_micros)
        if not fraction.isdigit() or time[8:9] != b".":
            raise ValueError("time is not hh:mm:ss.sss")
        return Micros(self._second_micros + int(fraction.ljust(6, b"0")))

    def _second_of(self, text: bytes) -> int | None:
        text = text.strip()
        if text.startswith(b",") or text.endswith(b","):
            return None
        found = _MOMENT.fullmatch(text)
        if found is None:
            raise ValueError("date and time are not yyyy/mm/dd,hh:mm:ss")
        year, month, day, hour, minute, second = map(int, found.groups())
        if year < NOT_BEFORE:
            return None
        return micros_of(datetime(year, month, day, hour, minute, second, tzinfo=self._zone))


def _within(text: bytes, low: float, high: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what} is not a number") from None
    if not low <= value <= high:
        raise ValueError(f"{what} out of range")
    return value


def _place(lat: bytes, lon: bytes) -> tuple[float, float] | tuple[None, None]:
    """Both, or neither: 0,0 is what senders write that have no position."""
    north, east = _within(lat, -90.0, 90.0, "latitude"), _within(lon, -180.0, 180.0, "longitude")
    return (None, None) if north == 0.0 and east == 0.0 else (north, east)


def _callsign(text: bytes) -> str | None:
    """Without padding; None when empty, or when it holds the `@` or `?` that decoders put for bits they could not
    read."""
    callsign = text.strip(b" @\0").decode("latin-1").upper()
    return callsign if _CALLSIGN.fullmatch(callsign) else None


def _squawk(text: bytes) -> str:
    squawk = text.zfill(4)
    if len(squawk) != 4 or squawk.strip(b"01234567"):
        raise ValueError("squawk is not four octal digits")
    return squawk.decode("ascii")


def _on_ground(fields: list[bytes], transmission: bytes) -> bool | None:
    """The last flag; a surface position message (type 2) says it by its kind."""
    flag = fields[10] if len(fields) > 10 else b""
    if flag not in _ON_GROUND:
        raise ValueError("the on-ground flag is not -1, 0, 1 or empty")
    on_ground = _ON_GROUND[flag]
    return True if on_ground is None and transmission == b"2" else on_ground
