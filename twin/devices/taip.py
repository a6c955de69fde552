"""TAIP, the Trimble ASCII Interface Protocol, as vehicle modems send it: PV reports.

Knows: the fixed-width fields, the vehicle id and the checksum.
Refuses to know: when a fix is sent, and whether it is true.

A report has a time of day and no date. `fix` is None when the receiver has none: zeros, source 9, age 0.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from twin.devices.things import Fix
from twin.devices.utc import DAY_US

MPH_MPS = 0.44704


def rpv(utc_us: int, fix: Fix | None, vehicle_id: str) -> str:
    """Position/velocity: seconds of the day, degrees to 1e-5, miles an hour, whole degrees of heading."""
    seconds = utc_us % DAY_US // 1_000_000
    if fix is None:
        return _report(f"RPV{seconds:05d}+0000000+0000000000000090", vehicle_id)
    mph = min(999, round(fix.speed_mps / MPH_MPS))
    return _report(
        f"RPV{seconds:05d}{_signed(fix.lat, 5, 7)}{_signed(fix.lon, 5, 8)}{mph:03d}{_heading(fix, 1):03d}12",
        vehicle_id,
    )


def _report(body: str, vehicle_id: str) -> str:
    """The checksum covers everything from `>` to `*`, both included."""
    text = f">{body};ID={vehicle_id};*"
    return f"{text}{reduce(xor, text.encode('ascii')):02X}<"


def _signed(number: float, decimals: int, digits: int) -> str:
    """A sign and `digits` digits, the last `decimals` of them behind the unwritten point."""
    scaled = round(number * 10**decimals)
    return f"{'-' if scaled < 0 else '+'}{abs(scaled):0{digits}d}"


def _heading(fix: Fix, scale: int) -> int:
    return round((fix.course_deg or 0.0) * scale) % (360 * scale)
