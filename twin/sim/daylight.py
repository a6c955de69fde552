"""Whether it is dark.

Knows: where the sun stands, by the low-precision formula of the Astronomical Almanac (a hundredth of a degree).
Refuses to know: clouds, street lamps, and what anybody does in the dark.
"""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin

DARK_BELOW_DEG = -4.0  # cameras go over to infrared about here (assumption)
_J2000_US = 946_728_000_000_000
_DAY_US = 86_400_000_000


def sun_deg(utc_us: int, lat: float, lon: float) -> float:
    """The sun's height above the horizon."""
    days = (utc_us - _J2000_US) / _DAY_US
    anomaly = radians(357.528 + 0.9856003 * days)
    longitude = radians(280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    tilt = radians(23.439 - 4e-7 * days)
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude))
    declination = asin(sin(tilt) * sin(longitude))
    hour = radians((18.697374558 + 24.06570982441908 * days) * 15 + lon) - ascension
    return degrees(asin(sin(radians(lat)) * sin(declination) + cos(radians(lat)) * cos(declination) * cos(hour)))


def is_dark(utc_us: int, lat: float, lon: float) -> bool:
    return sun_deg(utc_us, lat, lon) < DARK_BELOW_DEG
