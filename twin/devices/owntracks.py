"""OwnTracks, the JSON a phone publishes over MQTT.

Knows: the `location` message (OwnTracks booklet, "JSON").
Refuses to know: topics, and when a fix is sent.
"""

from __future__ import annotations

import msgspec

from twin.devices.things import Fix

_encode = msgspec.json.Encoder().encode


def location(
    utc_us: int, fix: Fix, tracker_id: str, accuracy_m: int = 5, battery_percent: int = 87, trigger: str = "t"
) -> bytes:
    """One `_type: location`. `tst` is whole seconds, `vel` whole km/h, `cog` whole degrees, absent when unknown;
    `tracker_id` is cut to the two characters the format has room for."""
    payload: dict[str, object] = {
        "_type": "location",
        "acc": accuracy_m,
        "batt": battery_percent,
        "conn": "m",
        "lat": round(fix.lat, 6),
        "lon": round(fix.lon, 6),
        "t": trigger,
        "tid": tracker_id[-2:],
        "tst": utc_us // 1_000_000,
        "vel": round(fix.speed_mps * 3.6),
    }
    if fix.course_deg is not None:
        payload["cog"] = round(fix.course_deg) % 360
    if fix.altitude_m is not None:
        payload["alt"] = round(fix.altitude_m)
    return _encode(payload)
