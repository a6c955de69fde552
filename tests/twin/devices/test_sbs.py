"""The receiver's BaseStation lines, field by field, and against what a real receiver printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.twin.devices.samples import sample
from twin.devices import sbs
from twin.devices.things import AircraftState

MADE = 1_772_323_261_250_000
LOGGED = MADE + 2_000
PLANE = AircraftState("a1b2c3", "CPSO1", 30.123456, -93.25, 457.2, 51.4444, 359.8, -2.54, "7700")
TAXIING = AircraftState("a1b2c3", "CPSO1", 30.123456, -93.25, 0.0, 5.14444, 90.0, 0.0, "1200", on_ground=True)
STAMPS = "2026/03/01,00:01:01.250,2026/03/01,00:01:01.252"


@dataclass
class Line:
    encode: Callable[[AircraftState, int, int], str]
    aircraft: AircraftState
    tail: str


LINES = {
    1: Line(sbs.ident, PLANE, "CPSO1   ,,,,,,,,,,,0"),
    2: Line(sbs.surface_position, TAXIING, ",0,10,90,30.123456,-93.250000,,,,,,-1"),
    3: Line(sbs.airborne_position, PLANE, ",1500,,,30.123456,-93.250000,,,0,,0,0"),
    4: Line(sbs.velocity, PLANE, ",,100,0,,,-512,,,,,0"),
    5: Line(sbs.surveillance_altitude, PLANE, ",1500,,,,,,,0,,0,0"),
    6: Line(sbs.surveillance_identity, PLANE, ",1500,,,,,,7700,0,-1,0,0"),
    7: Line(sbs.air_to_air, PLANE, ",1500,,,,,,,,,,0"),
    8: Line(sbs.all_call, TAXIING, ",,,,,,,,,,,-1"),
}


@pytest.mark.parametrize("kind", LINES)
def test_each_transmission_type_fills_its_own_fields(kind: int) -> None:
    """Twenty-two fields, of which each type fills those the format gives it, in feet, knots and feet a minute."""
    line = LINES[kind].encode(LINES[kind].aircraft, MADE, LOGGED)
    assert line == f"MSG,{kind},1,1,A1B2C3,1,{STAMPS},{LINES[kind].tail}\r\n"
    assert line.count(",") == 21


def test_an_aircraft_not_yet_placed_has_altitude_and_no_position() -> None:
    """A receiver that has heard only even frames says MSG,3 with both coordinates empty."""
    fields = sbs.airborne_position(PLANE, MADE, LOGGED, placed=False).split(",")
    assert (fields[11], fields[14], fields[15]) == ("1500", "", "")


def test_a_real_receiver_fills_no_other_fields() -> None:
    """Of every type a real receiver printed, ours fills the same fields."""
    seen: dict[int, set[int]] = defaultdict(set)
    for line in sample("adsb/sbs_readsb_pymodes_406B90.txt").read_text().splitlines():
        fields = line.split(",")
        if fields[0] == "MSG":
            assert len(fields) == 22
            seen[int(fields[1])] |= {index for index, field in enumerate(fields) if field}
    assert set(seen) >= {1, 3, 4}
    for kind, filled in seen.items():
        ours = LINES[kind].encode(LINES[kind].aircraft, MADE, LOGGED).strip().split(",")
        assert {index for index, field in enumerate(ours) if field} == filled
