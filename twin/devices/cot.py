"""Cursor-on-Target, as an agency's TAK server passes its cars' positions on.

Knows: the XML of a position with call sign and track, and that its stream has neither a root nor line ends.
Refuses to know: when a position is sent, and whether it is true.

A car without a fix stands at 0, 0 with an error of 9999999 m, as the clients write it.
"""

from __future__ import annotations

from twin.devices.things import SECOND_US, Fix
from twin.devices.utc import iso

UNKNOWN = "9999999.0"
STALE_US = 120 * SECOND_US
ERROR_M = 8.0


def position(utc_us: int, fix: Fix | None, callsign: str, sent_us: int) -> bytes:
    """Where a car was at `utc_us`, sent at `sent_us`, both by the car's clock. Three digits of a second."""
    place = f'lat="{fix.lat:.7f}" lon="{fix.lon:.7f}" hae="{UNKNOWN}" ce="{ERROR_M}"' if fix else _NOWHERE
    course = fix.course_deg if fix is not None and fix.course_deg is not None else 0.0
    track = f'<track course="{course:.1f}" speed="{fix.speed_mps:.2f}"/>' if fix else ""
    return (
        f'<event version="2.0" uid="TAK-{callsign}" type="a-f-G-U-C" how="m-g" time="{iso(sent_us)}"'
        f' start="{iso(utc_us)}" stale="{iso(utc_us + STALE_US)}"><point {place} le="{UNKNOWN}"/><detail>'
        f'<contact callsign="{callsign}" endpoint="*:-1:stcp"/><__group name="Blue" role="Team Member"/>'
        f"{track}</detail></event>"
    ).encode()


_NOWHERE = f'lat="0.0" lon="0.0" hae="{UNKNOWN}" ce="{UNKNOWN}"'
