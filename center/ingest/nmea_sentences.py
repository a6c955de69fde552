"""What position sentences say: NMEA 0183 (IEC 61162-1), u-blox PUBX, and some modems' own.

Knows: which field is what, and when a sentence says there is no fix.
Refuses to know: lines, checksums, and who speaks.

Each reader takes the unit's track, the sentence's fields (the address first), and the time of arrival; it returns an
event or None, and raises ValueError naming a field that cannot be what it stands for, before the track learns anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from center.core.events import Event, Micros
from center.ingest.fixes import Track, accuracy_m
from center.ingest.nmea_fields import (
    KMH_MPS,
    altitude,
    course,
    day,
    day_of,
    latitude,
    longitude,
    number,
    signed,
    speed,
    time_of_day,
)

Reader: TypeAlias = Callable[[Track, list[bytes], Micros], Event | None]
Moment: TypeAlias = tuple[int | None, Micros | None]

NOT_MEASURED = frozenset((b"N", b"M", b"S"))
"""Mode letters of positions that nothing measured: none, typed in, simulated."""
NOT_MEASURED_GGA = frozenset((b"", b"0", b"7", b"8"))
"""The same as GGA's quality."""
ESTIMATED = frozenset((b"E", b"6"))
"""Dead reckoning: good enough to go on with, not to end a loss of fix."""


def rmc(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Recommended minimum: time, status, position, knots, degrees, ddmmyy, variation, mode. The navigational status of
    NMEA 4.1 is not looked at: receivers without that function say V there beside a good fix."""
    size = len(f)
    if size < 10:
        if size > 2 and f[2] == b"V":
            return track.lost(at)
        raise ValueError("RMC: cut short")
    if f[2] != b"A" or not f[3] or (size > 12 and f[12] in NOT_MEASURED):
        return _void(track, f[2], at)
    lat = latitude(f[3], f[4])
    lon = longitude(f[5], f[6])
    mps, degrees = speed(f[7]), course(f[8])
    stamp, seen = _dated(track, f[1], f[9], at)
    return track.moved(at, lat, lon, stamp, seen, mps, degrees)


def gga(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Fix data: time, position, quality, satellites, HDOP, altitude above mean sea level."""
    if len(f) < 7:
        raise ValueError("GGA: cut short")
    quality = f[6]
    if quality in NOT_MEASURED_GGA or not f[2] or (quality in ESTIMATED and track.fixed is False):
        return track.lost(at)
    if not quality.isdigit():
        raise ValueError("quality: not a number")
    return _fix_data(track, f, at)


def gns(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Fix data of several constellations: one mode letter for each, N where it gave no fix."""
    if len(f) < 7:
        raise ValueError("GNS: cut short")
    mode = f[6].strip(b"NMS")
    if not mode or not f[2] or (mode in ESTIMATED and track.fixed is False):
        return track.lost(at)
    return _fix_data(track, f, at)


def gll(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Position, time, status, mode."""
    if len(f) < 7:
        raise ValueError("GLL: cut short")
    if f[6] != b"A" or not f[1] or (len(f) > 7 and f[7] in NOT_MEASURED):
        return _void(track, f[6], at)
    lat = latitude(f[1], f[2])
    lon = longitude(f[3], f[4])
    stamp, seen = _undated(track, f[5], at)
    return track.moved(at, lat, lon, stamp, seen)


def vtg(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Course and speed. It has neither time nor position: see `Track.also`."""
    if len(f) < 6 or f[2] != b"T" or (len(f) > 9 and f[9] == b"N"):
        return None
    return track.also(at, speed(f[5]), course(f[1]))


def rma(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Loran-C's recommended minimum: status, position, time differences, knots, degrees; no time."""
    if len(f) < 10:
        raise ValueError("RMA: cut short")
    if f[1] != b"A" or not f[2]:
        return _void(track, f[1], at)
    return track.moved(at, latitude(f[2], f[3]), longitude(f[4], f[5]), None, None, speed(f[8]), course(f[9]))


def zda(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """Time and date: tells the sentences without a date theirs."""
    moment = time_of_day(f[1]) if len(f) > 4 else None
    if moment is not None and f[2].isdigit() and f[3].isdigit() and f[4].isdigit() and len(f[4]) == 4:
        midnight = day_of(int(f[4]), int(f[3]), int(f[2]))
        if midnight is not None:
            track.complete(midnight + moment, at)
    return None


def pubx(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """u-blox: 00 is a position (altitude above the ellipsoid, accuracy in metres, km/h), 04 the date."""
    if f[1:2] == [b"04"] and len(f) > 3:
        _dated(track, f[2], f[3], at)
        return None
    if f[1:2] != [b"00"]:
        return None
    if len(f) < 13:
        raise ValueError("PUBX: cut short")
    if f[8] in (b"NF", b"TT", b"") or not f[3]:
        return track.lost(at)
    lat = latitude(f[3], f[4])
    lon = longitude(f[5], f[6])
    mps, degrees, metres, accuracy = speed(f[11], KMH_MPS), course(f[12]), altitude(f[7]), number(f[9], "accuracy")
    stamp, seen = _undated(track, f[2], at)
    return track.moved(at, lat, lon, stamp, seen, mps, degrees, metres, accuracy)


def trccr(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """A tracker's own: yyyymmddhhmmss.sss, status, decimal degrees, knots, degrees, metres, battery."""
    if len(f) < 8:
        raise ValueError("TRCCR: cut short")
    if f[2] != b"A":
        return _void(track, f[2], at)
    lat, lon = _degrees(f[3], "latitude", 90.0), _degrees(f[4], "longitude", 180.0)
    moment = f[1]
    ddmmyyyy = moment[6:8] + moment[4:6] + moment[:4]
    mps, degrees, metres = speed(f[5]), course(f[6]), altitude(f[7])
    stamp, seen = _dated(track, moment[8:], ddmmyyyy, at)
    return track.moved(at, lat, lon, stamp, seen, mps, degrees, metres)


def qze(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """A tracker's own, without `$`: IMEI, event, ddmmyyyy, hhmmss, decimal degrees, km/h, degrees, status, ignition."""
    if len(f) < 10:
        raise ValueError("QZE: cut short")
    if f[9] != b"A":
        return _void(track, f[9], at)
    lat, lon = _degrees(f[5], "latitude", 90.0), _degrees(f[6], "longitude", 180.0)
    mps, degrees = speed(f[7], KMH_MPS), course(f[8])
    stamp, seen = _dated(track, f[4], f[3], at)
    return track.moved(at, lat, lon, stamp, seen, mps, degrees)


def wmcs(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """`$ID` of WMCS trackers: words and their values; the position follows a word that begins with GPSE."""
    start = next((index for index, word in enumerate(f) if word.startswith(b"GPSE")), None)
    if start is None or start + 1 >= len(f):
        return None
    if f[start + 1] != b"A":
        return _void(track, f[start + 1], at)
    said = {word: (*f[index + 1 : index + 3], b"", b"") for index, word in enumerate(f) if index > start + 1}
    nothing = (b"", b"")
    (lat, lat_side, *_), (lon, lon_side, *_) = said.get(b"La", nothing), said.get(b"Lo", nothing)
    if not lat:
        return track.lost(at)
    lat_deg, lon_deg = _degrees(lat, "latitude", 90.0), _degrees(lon, "longitude", 180.0)
    clock, date, kmh, heading = (said.get(word, nothing)[0] for word in (b"T", b"D", b"V", b"H"))
    mps, degrees = speed(kmh, KMH_MPS), course(heading)
    stamp, seen = _dated(track, clock, date, at)
    north = -lat_deg if lat_side == b"S" else lat_deg
    east = -lon_deg if lon_side == b"W" else lon_deg
    return track.moved(at, north, east, stamp, seen, mps, degrees)


BY_TYPE: dict[bytes, Reader] = {
    b"RMC": rmc,
    b"GGA": gga,
    b"GNS": gns,
    b"GLL": gll,
    b"VTG": vtg,
    b"RMA": rma,
    b"ZDA": zda,
}
"""Readers of standard sentences, whoever the two-letter talker is."""

BY_ADDRESS: dict[bytes, Reader] = {b"PUBX": pubx, b"TRCCR": trccr, b"ID": wmcs}
"""Readers of proprietary sentences."""


def _void(track: Track, status: bytes, at: Micros) -> Event | None:
    """A sentence whose status is not A, or A without a position. Magellan puts the mode N in the status's place."""
    if status not in (b"V", b"A", b"N", b""):
        raise ValueError("status: neither A nor V")
    return track.lost(at)


def _dated(track: Track, clock: bytes, date: bytes, at: Micros) -> Moment:
    moment = time_of_day(clock)
    if moment is None:
        return None, None
    midnight = day(date)
    if midnight is not None:
        stamp = midnight + moment
        return stamp, track.complete(stamp, at)
    stamp, seen = track.incomplete(moment, at)
    return stamp, None if date else seen


def _undated(track: Track, clock: bytes, at: Micros) -> Moment:
    moment = time_of_day(clock)
    return (None, None) if moment is None else track.incomplete(moment, at)


def _fix_data(track: Track, f: list[bytes], at: Micros) -> Event | None:
    """What GGA and GNS have in the same places: time, position, HDOP, altitude."""
    lat = latitude(f[2], f[3])
    lon = longitude(f[4], f[5])
    accuracy = accuracy_m(number(f[8], "HDOP")) if len(f) > 8 else None
    metres = altitude(f[9]) if len(f) > 9 else None
    stamp, seen = _undated(track, f[1], at)
    return track.moved(at, lat, lon, stamp, seen, None, None, metres, accuracy)


def _degrees(field: bytes, name: str, limit: float) -> float:
    value = signed(field, name)
    if value is None:
        raise ValueError(f"{name}: missing")
    if abs(value) > limit:
        raise ValueError(f"{name}: beyond {limit:.0f} degrees")
    return value
