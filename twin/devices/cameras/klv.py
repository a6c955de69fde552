"""What an aeroplane's camera says about itself: MISB ST 0601, the UAS datalink local set, as KLV.

Knows: the items that it uses with their scaling (ST 0601, section 8), BER lengths, the checksum.
Refuses to know: where the aeroplane is, video, and what carries a packet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

KEY = bytes.fromhex("060E2B34020B01010E01030101000000")
VERSION = 19
"""ST 0601.19."""
LEVELS = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFF_FFFF}
OFFSET_DEG = 0.075

Degrees = tuple[float, float]


class Look(NamedTuple):
    """Degrees, metres. `azimuth_deg` and `elevation_deg` are the sensor's against the aeroplane; `corners`: upper left,
    upper right, lower right, lower left, None for one above the horizon. Without a `centre` the camera sees no
    ground."""

    lat: float
    lon: float
    altitude_m: float
    heading_deg: float
    speed_mps: float
    wide_deg: float
    high_deg: float
    azimuth_deg: float
    elevation_deg: float
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    slant_m: float | None = None
    width_m: float | None = None
    centre: Degrees | None = None
    ground_m: float = 0.0
    corners: tuple[Degrees | None, ...] = ()


def packet(clock_us: int, look: Look, tail: str = "", platform: str = "") -> bytes:
    """A whole local set: time first, checksum last."""
    items = [(2, clock_us.to_bytes(8, "big"))]
    items += [(item, text.encode("ascii")[:127]) for item, text in ((4, tail), (10, platform)) if text]
    items += [(11, b"EO"), (12, b"Geodetic WGS84")]
    items += sorted(_platform(look))
    items += [(65, bytes((VERSION,)))]
    items += _full_corners(look)
    body = b"".join(bytes((item,)) + _length(len(value)) + value for item, value in items) + b"\x01\x02"
    whole = KEY + _length(len(body) + 2) + body
    return whole + checksum(whole).to_bytes(2, "big")


def checksum(data: bytes) -> int:
    """The sum of 16-bit words, from the key up to the checksum's own length (item 1)."""
    return sum(byte << (8 if at % 2 == 0 else 0) for at, byte in enumerate(data)) & 0xFFFF


def _length(count: int) -> bytes:
    """BER: short up to 127, else with a count of octets in front."""
    if count < 128:
        return bytes((count,))
    octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def _platform(look: Look) -> Iterator[tuple[int, bytes]]:
    yield 5, _unsigned(look.heading_deg % 360.0, 0.0, 360.0, 2)
    yield 6, _signed(look.pitch_deg, 20.0, 2)
    yield 7, _signed(look.roll_deg, 50.0, 2)
    yield 13, _signed(look.lat, 90.0, 4)
    yield 14, _signed(look.lon, 180.0, 4)
    yield 15, _unsigned(look.altitude_m, -900.0, 19_000.0, 2)
    yield 16, _unsigned(look.wide_deg, 0.0, 180.0, 2)
    yield 17, _unsigned(look.high_deg, 0.0, 180.0, 2)
    yield 18, _unsigned(look.azimuth_deg % 360.0, 0.0, 360.0, 4)
    yield 19, _signed(look.elevation_deg, 180.0, 4)
    yield 20, _unsigned(0.0, 0.0, 360.0, 4)
    yield 56, bytes((min(255, max(0, round(look.speed_mps))),))
    if look.slant_m is not None:
        yield 21, _unsigned(look.slant_m, 0.0, 5_000_000.0, 4)
    if look.width_m is not None:
        yield 22, _unsigned(look.width_m, 0.0, 10_000.0, 2)
    if look.centre is None:
        return
    yield 23, _signed(look.centre[0], 90.0, 4)
    yield 24, _signed(look.centre[1], 180.0, 4)
    yield 25, _unsigned(look.ground_m, -900.0, 19_000.0, 2)
    for number, corner in enumerate(look.corners):
        if corner is not None and all(abs(c - m) <= OFFSET_DEG for c, m in zip(corner, look.centre, strict=True)):
            for half in (0, 1):
                yield 26 + 2 * number + half, _signed(corner[half] - look.centre[half], OFFSET_DEG, 2)


def _full_corners(look: Look) -> list[tuple[int, bytes]]:
    return [
        (82 + 2 * number + half, _signed(corner[half], (90.0, 180.0)[half], 4))
        for number, corner in enumerate(look.corners)
        if corner is not None
        for half in (0, 1)
    ]


def _unsigned(value: float, least: float, most: float, octets: int) -> bytes:
    """Spread over all codes. What is beyond the range is at its end."""
    share = (min(most, max(least, value)) - least) / (most - least)
    return round(share * LEVELS[octets]).to_bytes(octets, "big")


def _signed(value: float, most: float, octets: int) -> bytes:
    """Spread over all codes but the lowest, which stands for out of range."""
    top = LEVELS[octets] >> 1
    code = -top - 1 if abs(value) > most else round(value / most * top)
    return code.to_bytes(octets, "big", signed=True)
