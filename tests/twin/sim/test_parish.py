"""The tables of facts hold together, and the plane they are drawn on is true."""

from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sim import parish
from twin.sim.geometry import Plane, crossings, inside
from twin.sim.parish import Bridge, LatLon, Parish, planar, water_rings

WORLD = Path(os.environ.get("RTCC_WORLD", Path(__file__).parents[4] / "shared" / "world"))
CENSUS_2020 = 216_785
CENSUS_LAND_AND_WATER_KM2 = 2_833  # 1,094 square miles

# PROJ 9: +proj=tmerc +lat_0=30.24 +lon_0=-93.25 +k=1 +ellps=WGS84
PROJ = [
    (30.05, -93.75, -48219.245, -20957.070),
    (30.491, -93.385, -12961.054, 27833.263),
    (30.082, -92.888, 34899.399, -17459.854),
    (30.1275, -93.7013, -43488.712, -12385.281),
    (30.403, -93.131, 11435.196, 18075.844),
]

lats, lons = st.floats(30.0, 30.55), st.floats(-93.8, -92.85)


@pytest.fixture(scope="module")
def calcasieu() -> Parish:
    return parish.load()


@pytest.mark.parametrize(("lat", "lon", "x", "y"), PROJ)
def test_plane_agrees_with_proj(lat: float, lon: float, x: float, y: float) -> None:
    """The plane lies where an independent projection library puts it, to the millimetre."""
    assert Plane(30.24, -93.25).xy(lat, lon) == pytest.approx((x, y), abs=1e-3)


@given(lats, lons)
def test_plane_comes_back(lat: float, lon: float) -> None:
    """Degrees to metres and back moves no place by more than a millimetre."""
    plane = Plane(30.24, -93.25)
    there = plane.xy(lat, lon)
    assert plane.latlon(*there) == pytest.approx((lat, lon), abs=1e-8)
    assert math.dist(plane.xy(*plane.latlon(*there)), there) < 1e-3


@given(st.lists(st.tuples(lats, lons), min_size=1, max_size=20))
def test_plane_takes_arrays(places: list[tuple[float, float]]) -> None:
    """Many places at once give what each gives alone."""
    plane = Plane(30.24, -93.25)
    x, y = plane.xy(*np.array(places).T)
    assert np.stack([x, y], axis=1) == pytest.approx(np.array([plane.xy(*place) for place in places]), abs=1e-6)
    lat, lon = plane.latlon(x, y)
    assert np.stack([lat, lon], axis=1) == pytest.approx(np.array(places), abs=1e-8)


def test_every_fact_has_a_source(calcasieu: Parish) -> None:
    """Each table says where it is from; none is left without."""
    facts = {"boundary", "neighbours", "places", "people", "centres", "water", "bridges", "airports", "speeds"}
    facts |= {"highways", "gateways", "agencies", "units", "stations", "hospitals", "readers"}
    facts |= {"antennas", "aprons", "turns", "streams", "patrol_aircraft"}
    assert set(calcasieu.about) == facts
    assert all(len(about.source) > 20 or about.label == "assumption" for about in calcasieu.about.values())


def test_people_add_up(calcasieu: Parish) -> None:
    """Rounding has neither lost nor made people, in all and by place."""
    assert sum(settlement.people for settlement in calcasieu.people) == pytest.approx(CENSUS_2020, rel=0.001)
    where = np.array([calcasieu.plane.xy(s.lat, s.lon) for s in calcasieu.people])
    people = np.array([s.people for s in calcasieu.people])
    for name in ("Lake Charles", "Sulphur", "Moss Bluff", "Vinton", "Iowa", "DeQuincy"):
        place = calcasieu.place(name)
        within = inside(where, planar(calcasieu.plane, place.ring))
        assert people[within].sum() == pytest.approx(place.people, rel=0.12), name


def test_limit_is_as_large_as_the_census_says(calcasieu: Parish) -> None:
    """The simplified limit has the area of the real one within three per cent."""
    x, y = planar(calcasieu.plane, calcasieu.boundary).T
    area_km2 = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2e6
    assert area_km2 == pytest.approx(CENSUS_LAND_AND_WATER_KM2, rel=0.03)


def test_rings_do_not_cross_themselves(calcasieu: Parish) -> None:
    """Every outline is a simple polygon, or being inside it would mean nothing."""
    rings = [planar(calcasieu.plane, calcasieu.boundary), *water_rings(calcasieu)]
    rings += [planar(calcasieu.plane, place.ring) for place in calcasieu.places]
    for ring in rings:
        ends = np.roll(ring, -1, axis=0)
        for k in range(len(ring)):
            met = set(crossings(ring, ends, ring[k], ends[k])[0].tolist())
            assert met <= {k, (k - 1) % len(ring), (k + 1) % len(ring)}, ring[k]


def test_everything_lies_in_the_parish(calcasieu: Parish) -> None:
    """Stations, hospitals, airports and readers are inside the limit; gateways are at it, within the bounds."""
    limit = planar(calcasieu.plane, calcasieu.boundary)
    points = [*(s.at for s in calcasieu.stations), *(h.at for h in calcasieu.hospitals)]
    points += [r.at for r in calcasieu.readers]
    points += [end for airport in calcasieu.airports for runway in airport.runways for end in runway.thresholds]
    assert inside(planar(calcasieu.plane, points), limit).all()
    west, south, east, north = calcasieu.bounds
    assert all(west <= g.at.lon <= east and south <= g.at.lat <= north for g in calcasieu.gateways)
    assert sum(gateway.share for gateway in calcasieu.gateways) == pytest.approx(1.0)


def test_runways_are_as_long_as_they_say(calcasieu: Parish) -> None:
    """Thresholds and length, given separately, agree; so positions and projection do too."""
    for airport in calcasieu.airports:
        for runway in airport.runways:
            ends = planar(calcasieu.plane, runway.thresholds)
            assert math.dist(*ends) == pytest.approx(runway.length_m, rel=0.02), airport.ident


def test_agencies_share_the_parish(calcasieu: Parish) -> None:
    """One agency is the center's own, six others share the picture, and their 80 units all have a station."""
    assert [agency.agency for agency in calcasieu.agencies if agency.own] == ["CPSO"]
    assert len(calcasieu.agencies) == 7
    signs = [sign for agency in calcasieu.agencies for sign in agency.call_signs()]
    assert len(signs) == len(set(signs)) == 80
    for agency in calcasieu.agencies:
        stationed = sum(station.units for station in calcasieu.stations if station.agency == agency.agency)
        assert stationed == agency.units, agency.agency
        assert agency.covers in {"parish", "highways"} or calcasieu.place(agency.covers)


def test_names_are_unique(calcasieu: Parish) -> None:
    """Readers, gateways, places and stations can be told apart by name."""
    for names in (
        [reader.reader for reader in calcasieu.readers],
        [gateway.name for gateway in calcasieu.gateways],
        [place.name for place in calcasieu.places],
        [station.name for station in calcasieu.stations],
    ):
        assert len(names) == len(set(names))
    assert len(calcasieu.readers) == 40


def test_a_misspelt_field_is_refused() -> None:
    """A table with a field that nobody reads does not load as if it were right."""
    row = {"name": "Bridge", "road": "I-10", "water": "River", "at": [30.2, -93.2]}
    assert msgspec.convert(row, Bridge).at == LatLon(30.2, -93.2)
    with pytest.raises(msgspec.ValidationError, match="watre"):
        msgspec.convert({**row, "watre": "River"}, Bridge)


def test_unknown_place(calcasieu: Parish) -> None:
    """Asking for a place that is not there is an error, not another place."""
    with pytest.raises(KeyError, match="Houston"):
        calcasieu.place("Houston")


@pytest.mark.skipif(not WORLD.exists(), reason=f"the surveys are not at {WORLD} (set RTCC_WORLD)")
def test_tables_agree_with_the_surveys(calcasieu: Parish) -> None:
    """Settlements and interchanges are where the surveys have them, to the rounding the tables state."""
    survey = json.loads((WORLD / "roads" / "highways_calcasieu_tm.geojson").read_text())
    known = np.array(
        [calcasieu.plane.xy(lat, lon) for f in survey["features"] for lon, lat in f["geometry"]["coordinates"]]
    )
    for highway in calcasieu.highways:
        if highway.kind in {"motorway", "trunk"}:
            meetings = [w for w in highway.course if w.label and "line" not in w.label and "Parish" not in w.label]
            gap = np.hypot(*(planar(calcasieu.plane, meetings)[:, None] - known).T).min(axis=0)
            assert gap.max() < 15.0, highway.name
    with (WORLD / "population" / "cenpop_block_group2020_22019.csv").open() as file:
        groups = [row for row in csv.DictReader(file) if int(row["POPULATION"])]
    assert len(groups) == len(calcasieu.people)
    there = np.array([calcasieu.plane.xy(float(g["LATITUDE"]), float(g["LONGITUDE"])) for g in groups])
    here = np.array([calcasieu.plane.xy(s.lat, s.lon) for s in calcasieu.people])
    assert np.hypot(*(there[:, None] - here).T).min(axis=0).max() < 80.0
