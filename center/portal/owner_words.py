"""What an owner is asked, in words that somebody at a shop's counter can use.

Knows: places as seen from the owner's own camera, and times of the site's zone.
Refuses to know: anything but what the app's protocol tells (docs/feeds/community.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from center.core.geo import bearing_deg, distance_m

_WAYS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
AT_THE_CAMERA_M = 30.0


def where(area: Mapping[str, Any], at: tuple[float, float]) -> str:
    corners: Sequence[tuple[float, float]] = area.get("corners", ())
    if corners:
        lat = sum(corner[0] for corner in corners) / len(corners)
        lon = sum(corner[1] for corner in corners) / len(corners)
        radius_m = max(distance_m(lat, lon, *corner) for corner in corners)
    else:
        lat, lon, radius_m = area["lat"], area["lon"], area["radius_m"]
    away = distance_m(*at, lat, lon)
    way = _WAYS[round(bearing_deg(*at, lat, lon) / 45) % 8]
    middle = "your camera" if away < AT_THE_CAMERA_M else f"a place {_far(away)} {way} of your camera"
    return f"Within {_far(radius_m)} of {middle} ({lat:.5f}, {lon:.5f})"


def _far(metres: float) -> str:
    """As people of the parish say it, with metres for the others."""
    feet = metres / 0.3048
    said = f"{round(feet, -1):,.0f} feet" if feet < 1_000 else f"{metres / 1609.344:.1f} miles"
    return f"{said} ({metres:,.0f} m)"


def span(begins: str, ends: str, zone: ZoneInfo) -> str:
    """From one ISO time to another; the day once, where it is one."""
    first, last = (datetime.fromisoformat(text).astimezone(zone) for text in (begins, ends))
    day = "" if first.date() == last.date() else f"{_day(last)}, "
    return f"{_day(first)}, {_hour(first)} to {day}{_hour(last)} {last:%Z}"


def moment(text: str, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{_day(at)}, {_hour(at)} {at:%Z}"


def _day(at: datetime) -> str:
    return f"{at:%A, %B} {at.day}, {at.year}"


def _hour(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


def for_field(text: str, zone: ZoneInfo) -> str:
    """As a form's field for a time holds it."""
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def from_field(text: str, zone: ZoneInfo) -> int | None:
    """Microseconds since the epoch; None for what is no time of ours."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=zone)
        return round(at.timestamp()) * 1_000_000 if 2000 <= at.year < 2100 else None
    except ValueError:
        return None
