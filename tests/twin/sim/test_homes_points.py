"""The parish's address points."""

from __future__ import annotations

from twin.sim import homes_points
from twin.sim import parish as facts
from twin.sim.homes import Homes, load


def test_every_address_is_there_once_with_the_kinds_it_can_be_about() -> None:
    """A home can be broken into and its car too, a business is one, and a car park is about cars only. Places are those
    of the premises to a metre, and nothing is told of who is there."""
    homes, parish = load(), facts.load()
    heading, *rows = homes_points.csv(homes, parish.plane).decode().splitlines()
    assert heading == "lat,lon,residential,business,vehicle"
    assert len(rows) == len(homes)
    marks = {"residential": "1,0,1", "business": "0,1,0", "parking": "0,0,1"}
    for use in ("residential", "business", "parking"):
        for row in homes.of(use)[:: max(1, len(homes.of(use)) // 50)].tolist():
            lat, lon, said = rows[row].split(",", 2)
            assert said == marks[use]
            assert _metres(homes, row, parish.plane.xy(float(lat), float(lon))) < 1.0


def _metres(homes: Homes, row: int, place: tuple[float, float]) -> float:
    x, y = homes.xy[row].tolist()
    return float(((x - place[0]) ** 2 + (y - place[1]) ** 2) ** 0.5)
