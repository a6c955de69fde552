"""TAIP, the Trimble ASCII Interface Protocol, and the reports of the Virloc/XVM family that grew out of it.

Knows: `>…<` messages, their checksum and vehicle id, PV and EV, the family's reports, and the acknowledgement those
reports wait for.
Refuses to know: LN and CP (a device that sends them sends PV for the same second), and whatever is not a response.

Sources: Trimble's TAIP appendix (Placer, Lassen, Copernicus manuals); Rinho Telematics' protocol pages (GP, CQ, ACK).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from center.core.events import DAY, SECOND, Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.fixes import Track, Tracks, sender
from center.ingest.lines import Line, LineSplitter
from center.ingest.nmea_fields import HEX, KMH_MPS, checksum, day, day_of, time_of_day
from center.ingest.nmea_identity import printable

LONGEST_MESSAGE = 2048
MOST_TO_SEND = 4096
MPH_MPS = 0.44704
FIRST_NUMBER_OF_OURS = 0x8000
"""Message numbers from here on belong to commands from the center; below are the device's reports."""

_DELIMITERS = bytes.maketrans(b"<>\r", b"\n\n\n")
"""Each of them ends a message, so that a lost `<` costs nothing: the next `>` ends it too."""
_OPEN, _STAR = ord(">"), ord("*")
_MESSAGE = re.compile(rb"[A-Z][A-Z0-9]{2}")
_NUMBER = re.compile(rb"#(?:(IP|LOG)\d*:)?([0-9A-F]{4})")
_POSITIONS = (b"RPV", b"REV", b"RGP")

_REPORT = re.compile(
    rb"R(GP|PI|US\d\d|UV\d\d|[BCH][QRTUVW]|E[QR]),?"  # the kind of report
    rb"(?:[0-9A-F]*,)?(?:[A-Z][A-Z0-9]*,)?[0-9A-F]*?"  # its number, the device's model
    rb"(\d{6})(\d{6})"  # ddmmyy, hhmmss
    rb"(?:([+-]\d{7})([+-]\d{8})|([+-]\d\d)(\d\d\.\d{4})([+-]\d{3})(\d\d\.\d{4}))"  # degrees, or degrees and minutes
    rb"(\d{3})(\d{3})(.*)",  # km/h, degrees, and what depends on the kind
    re.DOTALL,
)
_SHORT_REST = re.compile(rb"(\d)([0-9A-F]{2})")
"""GP and its like: fix mode, seconds since the last valid position."""
_LONG_REST = re.compile(rb"[0-9A-F]{4}\d{3}[0-9A-F]{8}\d(\d)\d{4}([0-9A-F]{4})")
"""CQ and its like: inputs, outputs, battery, odometer, GPS power, fix mode, PDOP, satellites, seconds since …"""


class TaipFeed(Quiet):
    """One connection, or one UDP sender. Takes no options. `to_send` acknowledges numbered reports, which their devices
    repeat until somebody does."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"taip takes no options but was given {', '.join(sorted(options))}")
        self._faults = Faults(origin)
        self._splitter = LineSplitter(LONGEST_MESSAGE, origin.whole)
        self._tracks = Tracks(origin.source)
        self._sender = sender(origin)
        self._to_send = b""

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.feed(data.translate(_DELIMITERS)), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.rest(), at) + self._faults.rest(at)

    def to_send(self) -> bytes:
        said, self._to_send = self._to_send, b""
        return said

    def _read(self, messages: list[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, text, too_long in messages:
            try:
                if too_long:
                    raise ValueError(f"message longer than {LONGEST_MESSAGE} bytes")
                out += self._message(text, at)
            except ValueError as problem:
                out += self._faults.tell(at, str(problem), text, offset)
        return out

    def _message(self, text: bytes, at: Micros) -> Sequence[Event]:
        """What stood between two delimiters."""
        text = text.strip(b"\0 \t")
        if not text:
            return ()
        if not _MESSAGE.match(text):
            raise ValueError("not a TAIP message")
        text, star_counts = _checked(text)
        body, *attributes = text.split(b";")
        unit = None
        number = b""
        for attribute in attributes:
            if attribute[:3].upper() == b"ID=":
                unit = printable(attribute[3:])
            elif attribute[:1] == b"#":
                number = attribute
        if unit is not None and number:
            self._acknowledge(unit, number, star_counts)
        track = self._tracks.of(unit or self._sender)
        if body[:3] in (b"RPV", b"REV"):
            return _pv(track, body[3:], at)
        report = _REPORT.match(body)
        if report is not None:
            return _report(track, report, at)
        if body[:3] == b"RGP":
            raise ValueError("GP: not laid out as date, time, latitude, longitude, speed, heading")
        return ()

    def _acknowledge(self, unit: str, number: bytes, star_counts: bool) -> None:
        found = _NUMBER.fullmatch(number)
        if found is None or (found[1] is None and int(found[2], 16) >= FIRST_NUMBER_OF_OURS):
            return
        verb = b"SAK" if found[1] == b"IP" else b"ACK"
        said = b">%b;%b;ID=%b;" % (verb, number, unit.encode("ascii"))
        check = checksum(said) ^ (_STAR if star_counts else 0)
        reply = b"%b*%02X<\r\n" % (said, check)
        if len(self._to_send) + len(reply) <= MOST_TO_SEND:
            self._to_send += reply


def _checked(text: bytes) -> tuple[bytes, bool]:
    """The message without its checksum, and whether that covered the `*`: Trimble's does."""
    star = text.rfind(b"*")
    if star < 0:
        return text, True
    told = HEX.get(text[star + 1 :].strip())
    if told is None:
        raise ValueError("checksum: not two hexadecimal digits")
    before = checksum(text[:star]) ^ _OPEN
    if told not in (before, before ^ _STAR):
        raise ValueError("checksum: wrong")
    return text[:star], told != before


def _pv(track: Track, text: bytes, at: Micros) -> Sequence[Event]:
    """PV: second of the day, position, mph, heading, source, age. EV has event, week and day in front of it."""
    event = b""
    if text[12:13] in (b"+", b"-"):
        event, text = text[:7], text[7:]
    lat = _scaled(text[5:13], 8, "latitude", 90.0)
    lon = _scaled(text[13:22], 9, "longitude", 180.0)
    second = _digits(text[:5], 5, "time")
    if second >= DAY // SECOND:
        raise ValueError("time: no such second of the day")
    speed_mps = _digits(text[22:25], 3, "speed") * MPH_MPS
    heading = _heading(text[25:28])
    source, age = text[28:29], text[29:30]
    if not source.isdigit() or not age.isdigit():
        raise ValueError("source and age: missing")
    if source == b"9" or age == b"0":
        return _events(track.lost(at))
    if event:
        week, weekday = _digits(event[2:6], 4, "week"), _digits(event[6:7], 1, "day")
        stamp = _GPS_EPOCH + (week * 7 + weekday) * DAY + second * SECOND
        seen = track.complete(stamp, at)
    else:
        stamp, seen = track.incomplete(second * SECOND, at)
    return _events(track.moved(at, lat, lon, stamp, seen, speed_mps, heading))


_GPS_EPOCH = day_of(1980, 1, 6) or 0


def _report(track: Track, report: re.Match[bytes], at: Micros) -> Sequence[Event]:
    """A report of the family. Without a fix it repeats the last position it knows, with its age when that is known."""
    kind, date, clock, lat_field, lon_field, lat_deg, lat_min, lon_deg, lon_min, kmh, heading, rest = report.groups()
    if lat_field is not None:
        lat = _scaled(lat_field, 8, "latitude", 90.0)
        lon = _scaled(lon_field, 9, "longitude", 180.0)
    else:
        lat = _with_minutes(lat_deg, lat_min, "latitude", 90.0)
        lon = _with_minutes(lon_deg, lon_min, "longitude", 180.0)
    long_rest = len(kind) == 2 and kind not in (b"GP", b"PI")
    tail = (_LONG_REST if long_rest else _SHORT_REST).match(rest)
    fixed = tail is None or (tail[1] in (b"2", b"3") if long_rest else tail[1] not in (b"0", b"9"))
    age_known = tail is None or tail[2].strip(b"F") != b""
    age_us = int(tail[2], 16) * SECOND if tail is not None and age_known else 0
    speed_mps, course_deg = int(kmh) * KMH_MPS, _heading(heading)
    midnight, moment = day(date), time_of_day(clock)
    stamp = seen = None
    if midnight is not None and moment is not None and age_known:
        stamp = midnight + moment - age_us
        seen = track.complete(stamp, at)
    if fixed:
        return _events(track.moved(at, lat, lon, stamp, seen, speed_mps, course_deg))
    return track.recalled(at, lat, lon, stamp, seen)


def _events(event: Event | None) -> Sequence[Event]:
    return () if event is None else (event,)


def _digits(field: bytes, width: int, name: str) -> int:
    if len(field) != width or not field.isdigit():
        raise ValueError(f"{name}: not {width} digits")
    return int(field)


def _heading(field: bytes) -> float:
    degrees = _digits(field, 3, "heading")
    if degrees > 360:
        raise ValueError("heading: beyond 360 degrees")
    return float(degrees % 360)


def _scaled(field: bytes, width: int, name: str, limit: float) -> float:
    """Degrees from a sign and digits, five of them behind the unwritten point."""
    if len(field) != width or field[:1] not in (b"+", b"-") or not field[1:].isdigit():
        raise ValueError(f"{name}: not a sign and {width - 1} digits")
    degrees = int(field) / 100_000
    if abs(degrees) > limit:
        raise ValueError(f"{name}: beyond {limit:.0f} degrees")
    return degrees


def _with_minutes(degrees: bytes, minutes: bytes, name: str, limit: float) -> float:
    """Degrees from a sign and whole degrees, and minutes."""
    value = abs(int(degrees)) + float(minutes) / 60.0
    if float(minutes) >= 60.0 or value > limit:
        raise ValueError(f"{name}: beyond {limit:.0f} degrees, or 60 minutes or more")
    return -value if degrees[:1] == b"-" else value
