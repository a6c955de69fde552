"""The phone's OwnTracks JSON, field by field from the booklet."""

from __future__ import annotations

import json

from twin.devices import owntracks
from twin.devices.things import Fix


def test_a_location_says_what_the_fix_says() -> None:
    """Seconds, km/h and whole degrees, and a tracker id of two characters."""
    said = json.loads(owntracks.location(1_772_323_261_900_000, Fix(0, 30.2266, -93.2174, 10.0, 359.7, 5.4), "CPSO-12"))
    assert said == {
        "_type": "location", "acc": 5, "batt": 87, "conn": "m", "lat": 30.2266, "lon": -93.2174, "t": "t", "tid": "12",
        "tst": 1_772_323_261, "vel": 36, "cog": 0, "alt": 5,
    }  # fmt: skip


def test_what_is_unknown_is_left_out() -> None:
    """No course at rest, no altitude without one."""
    said = json.loads(owntracks.location(0, Fix(0, 30.0, -93.0), "x"))
    assert not {"cog", "alt"} & said.keys()
    assert said["vel"] == 0
