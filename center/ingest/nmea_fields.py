"""Fields as NMEA 0183 (IEC 61162-1) writes them: numbers, `ddmm.mmmm` angles, times, dates, and the checksum.

Knows: how one field is spelt, and what it cannot be.
Refuses to know: which sentence a field stands in.

Every reader takes the bytes between two commas. What cannot be read raises ValueError, whose text begins with the
field's name; an optional field that is empty is None.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from center.core.events import DAY, SECOND

KNOT_MPS = 1852 / 3600
KMH_MPS = 1 / 3.6
MAX_NUMBER = 1e7
HIGHEST_M = 100_000.0
EPOCH_DAY = date(1970, 1, 1).toordinal()


def number(field: bytes, name: str) -> float | None:
    """An unsigned decimal number below `MAX_NUMBER`."""
    if not field:
        return None
    if not field.replace(b".", b"", 1).isdigit():
        raise ValueError(f"{name}: not a number")
    value = float(field)
    if value >= MAX_NUMBER:
        raise ValueError(f"{name}: too large")
    return value


def signed(field: bytes, name: str) -> float | None:
    """A decimal number with or without a sign."""
    if field[:1] == b"-":
        value = number(field[1:], name)
        return None if value is None else -value
    return number(field.removeprefix(b"+"), name)


def speed(field: bytes, unit_mps: float = KNOT_MPS) -> float | None:
    """Metres a second from a number of `unit_mps`."""
    value = number(field, "speed")
    return None if value is None else value * unit_mps


def altitude(field: bytes) -> float | None:
    """Metres."""
    value = signed(field, "altitude")
    if value is not None and abs(value) > HIGHEST_M:
        raise ValueError(f"altitude: beyond {HIGHEST_M:.0f} m")
    return value


def course(field: bytes) -> float | None:
    """Degrees, 0 up to but not including 360."""
    value = number(field, "course")
    if value is None or value < 360.0:
        return value
    if value > 360.0:
        raise ValueError("course: beyond 360 degrees")
    return 0.0


def latitude(field: bytes, side: bytes) -> float:
    """Degrees, north positive, from `ddmm.mmmm` and N or S."""
    degrees = _angle(field, "latitude", 90.0)
    if side == b"N":
        return degrees
    if side == b"S":
        return -degrees
    raise ValueError("latitude: neither N nor S")


def longitude(field: bytes, side: bytes) -> float:
    """Degrees, east positive, from `dddmm.mmmm` and E or W."""
    degrees = _angle(field, "longitude", 180.0)
    if side == b"W":
        return -degrees
    if side == b"E":
        return degrees
    raise ValueError("longitude: neither E nor W")


def _angle(field: bytes, name: str, limit: float) -> float:
    """Degrees and minutes are read apart, so that 3013.512 is 30.2252 and not 30.225200000000005."""
    whole, _, fraction = field.partition(b".")
    if not (whole + fraction).isdigit():
        raise ValueError(f"{name}: not a number")
    start = len(whole) - 2
    minutes = float(field[start:]) if start > 0 else float(field)
    if minutes >= 60.0:
        raise ValueError(f"{name}: 60 minutes or more")
    degrees = minutes / 60.0
    if start > 0:
        degrees += float(field[:start])
    if degrees > limit:
        raise ValueError(f"{name}: beyond {limit:.0f} degrees")
    return degrees


def time_of_day(field: bytes) -> int | None:
    """Microseconds since midnight from `hhmmss` with or without a fraction; second 60 is a leap second."""
    if not field:
        return None
    micros = _clock(field[:6])
    fraction = field[6:]
    if fraction.strip(b".0"):
        if fraction[:1] != b"." or not fraction[1:].isdigit():
            raise ValueError("time: not hhmmss.sss")
        micros += int(float(fraction) * SECOND + 0.5)
    return micros


@lru_cache(maxsize=1024)
def _clock(hhmmss: bytes) -> int:
    if len(hhmmss) < 6 or not hhmmss.isdigit():
        raise ValueError("time: not hhmmss")
    hours, minutes, seconds = int(hhmmss[:2]), int(hhmmss[2:4]), int(hhmmss[4:])
    if hours > 23 or minutes > 59 or seconds > 60:
        raise ValueError("time: no such time of day")
    return (hours * 3600 + minutes * 60 + seconds) * SECOND


@lru_cache(maxsize=64)
def day(field: bytes) -> int | None:
    """Microseconds from the epoch to that midnight, from `ddmmyy` (80 to 99 are 1980 to 1999) or `ddmmyyyy`. None for
    what is no date: receivers that lost their date write such things, and their position may still be right."""
    if not field.isdigit() or len(field) not in (6, 8):
        return None
    year = int(field[4:])
    if len(field) == 6:
        year += 1900 if year >= 80 else 2000
    return day_of(year, int(field[2:4]), int(field[:2]))


def day_of(year: int, month: int, day_of_month: int) -> int | None:
    """Microseconds from the epoch to the midnight that begins that day; None when there is no such day."""
    try:
        return (date(year, month, day_of_month).toordinal() - EPOCH_DAY) * DAY
    except ValueError:
        return None


def checksum(text: bytes) -> int:
    """The exclusive-or of all bytes, by folding them upon themselves as one long integer."""
    word = int.from_bytes(text, "big")
    if len(text) > 128:
        shift = 512 << (len(text) // 128).bit_length()
        while shift > 512:
            word ^= word >> shift
            shift >>= 1
    word ^= word >> 512
    word ^= word >> 256
    word ^= word >> 128
    word ^= word >> 64
    word ^= word >> 32
    word ^= word >> 16
    word ^= word >> 8
    return word & 0xFF


_HEX_DIGITS = "0123456789ABCDEFabcdef"
HEX = {(high + low).encode(): int(high + low, 16) for high in _HEX_DIGITS for low in _HEX_DIGITS}
"""Two hexadecimal digits, in either case, to their value."""
