"""Mode S messages as transponders send them (ICAO Annex 10 volume IV, 3.1.2; RTCA DO-260B, 2.2.3).

Knows: extended squitters (DF 17) of identification, position and velocity, all-call replies (DF 11), altitude and
identity replies (DF 4 and 5), air-to-air replies (DF 0), the compact position report, and parity.
Refuses to know: how often any of them is sent, and what carries it.

Every function returns the whole message, 7 or 14 bytes.
"""

from __future__ import annotations

from math import acos, cos, floor, pi, radians, sin

from twin.devices.things import AircraftState

FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
GENERATOR = 0xFFF409
IN_THE_AIR, ON_THE_GROUND = 5, 4  # capability
AIRBORNE_TYPE, SURFACE_TYPE, VELOCITY_TYPE = 11, 7, 19  # a position good to 185 m; one on the ground good to 7.5 m
AIR_DEG, GROUND_DEG = 360.0, 90.0
MOVEMENTS = ((175.0, 124, 1.0), (100.0, 109, 5.0), (70.0, 94, 2.0), (15.0, 39, 1.0), (2.0, 13, 0.5), (1.0, 9, 0.25),
             (0.125, 2, 0.125), (0.0, 1, 1.0))  # fmt: skip
"""From how many knots on, which code, and knots a step beyond (DO-260B, table 2-35)."""


def _remainders() -> list[int]:
    table = []
    for byte in range(256):
        rest = byte << 16
        for _ in range(8):
            rest = (rest << 1) ^ (GENERATOR if rest & 0x800000 else 0)
        table.append(rest & 0xFFFFFF)
    return table


_REMAINDERS = _remainders()
_SIX_BITS = {letter: code for code, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)} | {
    digit: 48 + int(digit) for digit in "0123456789"
}


def parity(data: bytes) -> int:
    """The 24 bits that make a message divisible by the generator."""
    rest = 0
    for byte in data:
        rest = (rest << 8 & 0xFFFFFF) ^ _REMAINDERS[rest >> 16 ^ byte]
    return rest


# --- messages ---------------------------------------------------------------------------------------------------------


def identification(aircraft: AircraftState) -> bytes:
    """Emitter category and callsign, eight characters of six bits; what is no letter or digit becomes a blank."""
    letter, number = aircraft.category[:1], aircraft.category[1:]
    type_code = 4 - "ABCD".index(letter)
    me = type_code << 3 | int(number)
    for character in f"{aircraft.callsign:<8.8}":
        me = me << 6 | _SIX_BITS.get(character, 32)
    return _squitter(aircraft, me)


def airborne_position(aircraft: AircraftState, *, odd: bool) -> bytes:
    steps = _steps(aircraft)
    code = (steps & 0x7F0) << 1 | 0x10 | steps & 0xF
    north, east = compact(aircraft.lat, aircraft.lon, odd=odd, whole_deg=AIR_DEG)
    return _squitter(aircraft, AIRBORNE_TYPE << 51 | code << 36 | odd << 34 | north << 17 | east)


def surface_position(aircraft: AircraftState, *, odd: bool) -> bytes:
    track = round(aircraft.course_deg * 128 / 360) % 128
    north, east = compact(aircraft.lat, aircraft.lon, odd=odd, whole_deg=GROUND_DEG)
    motion = movement(aircraft.speed_mps / KNOT_MPS) << 44 | 1 << 43 | track << 36
    return _squitter(aircraft, SURFACE_TYPE << 51 | motion | odd << 34 | north << 17 | east)


def velocity(aircraft: AircraftState) -> bytes:
    """Subtype 1: ground speed east and north in knots, and climb by barometer in 64 feet a minute."""
    course = radians(aircraft.course_deg)
    east = round(aircraft.speed_mps / KNOT_MPS * sin(course))
    north = round(aircraft.speed_mps / KNOT_MPS * cos(course))
    climb = round(aircraft.climb_mps / FOOT_M * 60 / 64)
    me = VELOCITY_TYPE << 51 | 1 << 48 | 2 << 43
    me |= (east < 0) << 42 | min(abs(east) + 1, 1023) << 32 | (north < 0) << 31 | min(abs(north) + 1, 1023) << 21
    return _squitter(aircraft, me | 1 << 20 | (climb < 0) << 19 | min(abs(climb) + 1, 511) << 10)


def all_call(aircraft: AircraftState) -> bytes:
    """DF 11, unasked: plain parity."""
    body = bytes((11 << 3 | _capability(aircraft),)) + bytes.fromhex(aircraft.icao)
    return body + parity(body).to_bytes(3, "big")


def altitude_reply(aircraft: AircraftState) -> bytes:
    """DF 4, to a radar."""
    return _sealed(aircraft, 4 << 27 | aircraft.on_ground << 24 | _altitude_13(aircraft))


def identity_reply(aircraft: AircraftState) -> bytes:
    """DF 5, to a radar: the squawk."""
    a, b, c, d = (int(digit) for digit in aircraft.squawk)
    bits = 0
    for four, weight in ((c, 1), (a, 1), (c, 2), (a, 2), (c, 4), (a, 4), (0, 1), (b, 1), (d, 1), (b, 2), (d, 2), (b, 4),
                         (d, 4)):  # fmt: skip
        bits = bits << 1 | bool(four & weight)
    return _sealed(aircraft, 5 << 27 | aircraft.on_ground << 24 | bits)


def air_to_air(aircraft: AircraftState) -> bytes:
    """DF 0, to another aircraft's collision avoidance."""
    return _sealed(aircraft, aircraft.on_ground << 26 | _altitude_13(aircraft))


def _squitter(aircraft: AircraftState, me: int) -> bytes:
    body = bytes((17 << 3 | _capability(aircraft),)) + bytes.fromhex(aircraft.icao) + me.to_bytes(7, "big")
    return body + parity(body).to_bytes(3, "big")


def _sealed(aircraft: AircraftState, bits: int) -> bytes:
    """The sender's address lies over the parity (3.1.2.3.3.2)."""
    body = bits.to_bytes(4, "big")
    return body + (parity(body) ^ int(aircraft.icao, 16)).to_bytes(3, "big")


# --- fields -----------------------------------------------------------------------------------------------------------


def _capability(aircraft: AircraftState) -> int:
    return ON_THE_GROUND if aircraft.on_ground else IN_THE_AIR


def _steps(aircraft: AircraftState) -> int:
    """Steps of 25 ft from -1000 ft."""
    return min(max(round((aircraft.altitude_m / FOOT_M + 1000) / 25), 0), 2047)


def _altitude_13(aircraft: AircraftState) -> int:
    steps = _steps(aircraft)
    return steps >> 5 << 7 | (steps >> 4 & 1) << 5 | 0x10 | steps & 0xF


def movement(knots: float) -> int:
    """The code of a speed on the ground."""
    for since_kt, code, step_kt in MOVEMENTS:
        if knots >= since_kt:
            return min(code + int((knots - since_kt) / step_kt), 124) if code > 1 else code
    return 1


def compact(lat: float, lon: float, *, odd: bool, whole_deg: float) -> tuple[int, int]:
    """The compact position report (DO-260B, A.1.7): 17 bits each of where one is within a zone. `whole_deg`: what all
    zones of the even kind, sixty of them, make together."""
    high_deg = whole_deg / (60 - odd)
    north = floor(lat % high_deg / high_deg * 131_072 + 0.5)
    rounded = high_deg * (north / 131_072 + floor(lat / high_deg))
    wide_deg = whole_deg / max(1, _zones(rounded) - odd)
    east = floor(lon % wide_deg / wide_deg * 131_072 + 0.5)
    return north & 0x1FFFF, east & 0x1FFFF


def _zones(lat: float) -> int:
    """How many zones of longitude there are at a latitude."""
    if abs(lat) >= 87.0:
        return 2 if abs(lat) == 87.0 else 1
    return floor(2 * pi / acos(1 - (1 - cos(pi / 30)) / cos(radians(lat)) ** 2))
