"""The fields of Mode S downlink messages (ICAO Annex 10 volume IV, chapter 3; RTCA DO-260B).

Knows: the checksum, and how altitude, identity, callsign, speed and movement are written in bits.
Refuses to know: which message a field stands in, and whether an aircraft can be doing what it says.
"""

from __future__ import annotations

import re
from functools import cache, reduce
from math import atan2, degrees, hypot
from operator import getitem, xor
from typing import NamedTuple

from center.ingest.sbs import M_PER_FT, MPS_PER_FTMIN, MPS_PER_KT

SHORT_BYTES, LONG_BYTES = 7, 14

_GENERATOR = 0xFFF409  # without its leading 1; Annex 10 volume IV, 3.1.2.3.3.1.2
_FLIGHT_LEVEL_0 = 12  # Mode C counts hundreds of feet from -1,200
_CHARACTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"
_CALLSIGN = re.compile(r"([A-Z0-9]+) *")


# --- checksum -------------------------------------------------------------------------------------------------------


def _tables() -> list[list[int]]:
    """For each byte of a long message, what each of its values leaves of the checksum: it is linear, so that the
    remainder of a message is the exclusive or of what its bytes leave."""
    tables = [[value << shift for value in range(256)] for shift in (0, 8, 16)]
    while len(tables) < LONG_BYTES:
        tables.append([_divided(left) for left in tables[-1]])
    return tables[::-1]


def _divided(remainder: int) -> int:
    """What a remainder becomes when a byte of zeros follows."""
    for _ in range(8):
        remainder <<= 1
        if remainder >> 24:
            remainder ^= 1 << 24 | _GENERATOR
    return remainder


_LONG = _tables()
_SHORT = _LONG[LONG_BYTES - SHORT_BYTES :]


def remainder_of(message: bytes) -> int:
    """Zero for a whole message whose parity is plain; else what the sender laid over its parity: an address, or an
    interrogator's code. A damaged message leaves anything."""
    return reduce(xor, map(getitem, _LONG if len(message) == LONG_BYTES else _SHORT, message))


# --- altitude and identity ------------------------------------------------------------------------------------------


def _altitude_m(code: int) -> float | None:
    """Of the 12 bits C1 A1 C2 A2 C4 A4 B1 Q B2 D2 B4 D4 (3.1.2.6.5.4 without its bit M)."""
    if code == 0:
        return None
    if code & 0x10:
        steps = (code & 0xFE0) >> 1 | code & 0x0F
        return (25 * steps - 1000) * M_PER_FT
    hundreds_ft = _gillham(code)
    return None if hundreds_ft is None else hundreds_ft * 100 * M_PER_FT


def _gillham(code: int) -> int | None:
    """Hundreds of feet in Gillham's code (Annex 10 volume IV, appendix to chapter 3): a Gray code of five hundreds,
    D2 D4 A1 A2 A4 B1 B2 B4, and one of the hundreds between, C1 C2 C4, that runs back and forth."""
    c1, a1, c2, a2, c4, a4, b1, _, b2, d2, b4, d4 = (code >> shift & 1 for shift in range(11, -1, -1))
    five_hundreds = _from_gray(d2, d4, a1, a2, a4, b1, b2, b4)
    hundreds = _from_gray(c1, c2, c4)
    if hundreds in (0, 5, 6):
        return None
    hundreds = 5 if hundreds == 7 else hundreds
    if five_hundreds & 1:
        hundreds = 6 - hundreds
    return five_hundreds * 5 + hundreds - 1 - _FLIGHT_LEVEL_0


def _from_gray(*bits: int) -> int:
    value = last = 0
    for bit in bits:
        last ^= bit
        value = value << 1 | last
    return value


ALTITUDES_M = tuple(_altitude_m(code) for code in range(1 << 12))
"""Metres of pressure altitude by the 12-bit code of an extended squitter; None where there is none, or no such code."""


def altitude_of_13_bits(code: int) -> float | None:
    """Metres. With bit M set it would be metric, which nobody sends and no standard has filled in."""
    return None if code & 0x40 else ALTITUDES_M[code >> 1 & 0xFC0 | code & 0x3F]


@cache
def squawk_of_13_bits(code: int) -> str | None:
    """Four octal digits of the 13 bits C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4 (3.1.2.6.7.1); None for none at all."""
    if code == 0:
        return None
    c1, a1, c2, a2, c4, a4, _, b1, d1, b2, d2, b4, d4 = (code >> shift & 1 for shift in range(12, -1, -1))
    digits = ((a4, a2, a1), (b4, b2, b1), (c4, c2, c1), (d4, d2, d1))
    return "".join(str(four << 2 | two << 1 | one) for four, two, one in digits)


# --- callsign -------------------------------------------------------------------------------------------------------


def callsign_of(bits: int) -> str | None:
    """Of the lowest 48 bits, eight characters of six (3.1.2.9.1.2), without the blanks behind it. None when there is
    none, or when a bit pattern is no character."""
    text = "".join([_CHARACTERS[bits >> shift & 0x3F] for shift in range(42, -1, -6)])
    found = _CALLSIGN.fullmatch(text)
    return found[1] if found else None


# --- motion ---------------------------------------------------------------------------------------------------------


class Motion(NamedTuple):
    speed_mps: float | None
    course_deg: float | None
    climb_mps: float | None


def velocity_of(me: int) -> Motion:
    """Of an airborne velocity message (DO-260B, 2.2.3.2.6). Subtypes 1 and 2 tell speed and track over ground. Subtypes
    3 and 4, of aircraft that know neither, tell airspeed and heading, which stand in for them: wind makes the
    difference. Even subtypes are for supersonic aircraft and count in fours."""
    subtype = me >> 48 & 0x7
    rate = me >> 10 & 0x1FF
    climb = None
    if rate:
        climb = (rate - 1) * 64 * (-MPS_PER_FTMIN if me >> 19 & 1 else MPS_PER_FTMIN)
    unit_mps = MPS_PER_KT if subtype & 1 else 4 * MPS_PER_KT
    east, north = me >> 32 & 0x3FF, me >> 21 & 0x3FF
    if subtype in (1, 2):
        if not east or not north:
            return Motion(None, None, climb)
        east = 1 - east if me >> 42 & 1 else east - 1
        north = 1 - north if me >> 31 & 1 else north - 1
        course = degrees(atan2(east, north)) % 360.0 if east or north else None
        return Motion(hypot(east, north) * unit_mps, course, climb)
    if subtype in (3, 4):
        heading = east * 360 / 1024 if me >> 42 & 1 else None
        return Motion((north - 1) * unit_mps if north else None, heading, climb)
    return Motion(None, None, None)


_MOVEMENTS_KT = ((2, 0.125, 0.125), (9, 1.0, 0.25), (13, 2.0, 0.5), (39, 15.0, 1.0), (94, 70.0, 2.0), (109, 100.0, 5.0))
"""From which code on, from which speed, in which steps (DO-260B, table 2-35)."""


@cache
def movement_mps(code: int) -> float | None:
    """Speed on the ground of the 7-bit movement field: the middle of what its code means; 175 kt where that is open
    upwards."""
    if not 1 <= code <= 124:
        return None
    if code in (1, 124):
        return 0.0 if code == 1 else 175 * MPS_PER_KT
    first, from_kt, step_kt = [row for row in _MOVEMENTS_KT if row[0] <= code][-1]
    return (from_kt + (code - first + 0.5) * step_kt) * MPS_PER_KT
