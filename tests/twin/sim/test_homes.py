"""Premises stand where the census has people, each with an address of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.sim import homes, parish, roads
from twin.sim.geometry import inside
from twin.sim.homes import Homes
from twin.sim.parish import Parish, planar, water_rings
from twin.sim.routing import Router


@pytest.fixture(scope="module")
def calcasieu() -> Parish:
    return parish.load()


@pytest.fixture(scope="module")
def here() -> Homes:
    return homes.load()


def test_every_block_group_has_its_dwellings(here: Homes, calcasieu: Parish) -> None:
    """As many as its people need, except where streets are too short for them; few are."""
    found = np.bincount(here.neighbourhood, weights=here.dwellings, minlength=len(calcasieu.people))
    wanted = np.array([home.people / 2.25 for home in calcasieu.people])
    assert found.sum() == pytest.approx(wanted.sum(), rel=0.02)
    assert (np.abs(found - wanted) > 0.1 * wanted + 2).mean() < 0.05


def test_no_two_doors_have_the_same_address(here: Homes) -> None:
    """Nor two dwellings of one house."""
    keys = np.stack([here.town, here.street, here.number])
    assert len(np.unique(keys, axis=1).T) == len(here)
    house = int(np.flatnonzero(here.dwellings > 3)[0])
    first = int(here.first_dwelling[house])
    assert (
        len({here.address(house, first + more) for more in range(int(here.dwellings[house]))}) == here.dwellings[house]
    )


def test_a_door_is_by_its_road(here: Homes, calcasieu: Parish) -> None:
    """A few car lengths from where a car stops for it, inside the parish and not in water."""
    router = Router(roads.load())
    some = np.arange(0, len(here), 1009)
    for premise in some.tolist():
        fix = router.drive(here.spot(premise), here.spot(0), 0).at(0)
        assert 10 < math.dist(here.xy[premise], (fix.x, fix.y)) < 30
        assert here.nearest(*here.xy[premise].tolist()) == premise
    assert inside(here.xy, planar(calcasieu.plane, calcasieu.boundary)).all()
    assert not any(inside(here.xy[some], ring).any() for ring in water_rings(calcasieu))


def test_districts_are_those_of_the_towns(here: Homes, calcasieu: Parish) -> None:
    """The sheriff's districts come first, each has doors, and a town's department polices the town's."""
    ring = planar(calcasieu.plane, calcasieu.place("Lake Charles").ring)
    in_town = inside(here.xy, ring)
    names = np.array(here.districts)[here.district]
    assert set(names[in_town]) == {"LCPD"}
    assert "LCPD" not in set(names[~in_town])
    assert all(name.startswith("CPSO") for name in here.districts[: here.own_districts])
    assert (np.bincount(here.district, minlength=len(here.districts)) > 0).all()


def test_premises_are_the_same_each_time(here: Homes, calcasieu: Parish) -> None:
    again = homes.build(calcasieu, roads.load())
    for name in ("use", "xy", "edge", "offset_m", "number", "street", "dwellings", "first_dwelling", "district"):
        assert np.array_equal(getattr(again, name), getattr(here, name)), name
