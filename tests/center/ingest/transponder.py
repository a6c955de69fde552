"""Mode S messages as the tests send them, written from the formats' bit tables (ICAO Annex 10 volume IV, DO-260B).

Knows: how a transponder puts a message together: parity by long division, positions by CPR's definition.
Refuses to know: what a decoder makes of it. Nothing here is shared with the center.
"""

from __future__ import annotations

from math import acos, cos, floor, pi, radians

ICAO = 0xA1B2C3
HERE = (30.2266, -93.2174)
CHARACTERS = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789"


def parity(message: bytes) -> int:
    """The remainder of the message, shifted by 24 bits, divided by the generator polynomial."""
    bits = int.from_bytes(message, "big") << 24
    for place in range(len(message) * 8 + 23, 23, -1):
        if bits >> place & 1:
            bits ^= 0x1FFF409 << (place - 24)
    return bits


def sealed(body: bytes, overlay: int = 0) -> bytes:
    """A message with its parity, an address or an interrogator's code laid over it."""
    return body + (parity(body) ^ overlay).to_bytes(3, "big")


def squitter(me: int, icao: int = ICAO, kind: int = 17, low: int = 5) -> bytes:
    """An extended squitter; `low` is the capability (kind 17) or the control field (kind 18)."""
    return sealed(bytes((kind << 3 | low,)) + icao.to_bytes(3, "big") + me.to_bytes(7, "big"))


def all_call(icao: int = ICAO, interrogator: int = 0, capability: int = 5) -> bytes:
    return sealed(bytes((11 << 3 | capability,)) + icao.to_bytes(3, "big"), interrogator)


def reply(kind: int, code: int, icao: int = ICAO, first: int = 0, mb: bytes = b"") -> bytes:
    """Formats 0, 4, 5 and, with seven more bytes, 16, 20, 21: sealed with the address."""
    return sealed(bytes((kind << 3 | first, 0)) + code.to_bytes(2, "big") + mb, icao)


# --- fields ---------------------------------------------------------------------------------------------------------


def ac13(altitude_ft: int) -> int:
    """In steps of 25 ft (bit Q set)."""
    steps = (altitude_ft + 1000) // 25
    return (steps & 0x7E0) << 2 | (steps & 0x10) << 1 | 0x10 | steps & 0x0F


def ac12(altitude_ft: int) -> int:
    code = ac13(altitude_ft)
    return code >> 1 & 0xFC0 | code & 0x3F


def id13(squawk: str) -> int:
    """C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4."""
    a, b, c, d = map(int, squawk)
    ones = (c, 1), (a, 1), (c, 2), (a, 2), (c, 4), (a, 4), (0, 1), (b, 1), (d, 1), (b, 2), (d, 2), (b, 4), (d, 4)
    code = 0
    for digit, weight in ones:
        code = code << 1 | bool(digit & weight)
    return code


def characters(text: str) -> int:
    bits = 0
    for character in text.ljust(8):
        bits = bits << 6 | CHARACTERS.index(character)
    return bits


# --- compact position reporting -------------------------------------------------------------------------------------


def zones(lat: float) -> int:
    """By the definition (DO-260B, A.1.7.2.d)."""
    if abs(lat) >= 87.0:
        return 1 if abs(lat) > 87.0 else 2
    if lat == 0.0:
        return 59
    return floor(2 * pi / acos(1 - (1 - cos(pi / 30)) / cos(radians(abs(lat))) ** 2))


def cpr(lat: float, lon: float, odd: bool, ground: bool = False) -> tuple[int, int]:
    """The 17 bits each that are sent (A.1.7.3)."""
    steps = 1 << (19 if ground else 17)
    zone = 360 / (60 - odd)
    north = floor(steps * (lat % zone) / zone + 0.5)
    exactly = zone * (north / steps + floor(lat / zone))
    zone = 360 / max(zones(exactly) - odd, 1)
    east = floor(steps * (lon % zone) / zone + 0.5)
    return north % (1 << 17), east % (1 << 17)


# --- messages -------------------------------------------------------------------------------------------------------


def airborne(
    place: tuple[float, float] = HERE, odd: bool = False, altitude_ft: int | None = 3500, code: int = 11
) -> int:
    north, east = cpr(*place, odd)
    altitude = 0 if altitude_ft is None else ac12(altitude_ft)
    return code << 51 | altitude << 36 | odd << 34 | north << 17 | east


def surface(
    place: tuple[float, float] = HERE, odd: bool = False, movement: int = 0, track: int | None = None, code: int = 7
) -> int:
    north, east = cpr(*place, odd, ground=True)
    heading = 0 if track is None else 1 << 7 | track
    return code << 51 | movement << 44 | heading << 36 | odd << 34 | north << 17 | east


def velocity(east_kt: int | None, north_kt: int | None, climb_64ftmin: int | None = None, subtype: int = 1) -> int:
    def field(speed: int | None) -> int:
        return 0 if speed is None else (speed < 0) << 10 | abs(speed) + 1

    rate = 0 if climb_64ftmin is None else (climb_64ftmin < 0) << 9 | abs(climb_64ftmin) + 1
    return 19 << 51 | subtype << 48 | field(east_kt) << 32 | field(north_kt) << 21 | rate << 10


def airspeed(heading: int | None, speed_kt: int | None, subtype: int = 3) -> int:
    """`heading` in 1024ths of a circle."""
    direction = 0 if heading is None else 1 << 10 | heading
    return 19 << 51 | subtype << 48 | direction << 32 | (0 if speed_kt is None else speed_kt + 1) << 21


def identification(callsign: str, code: int = 4) -> int:
    return code << 51 | characters(callsign)


def emergency(squawk: str, subtype: int = 1) -> int:
    return 28 << 51 | subtype << 48 | id13(squawk) << 32
