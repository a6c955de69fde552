"""Road times, against an account of the same roads that shares no code with the router."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import asin, cos, inf, radians, sin, sqrt
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest

from center.core.effects import Reach, Route, Stand
from center.core.events import RouteTime
from center.routing import ExecutorRouter, RoadMap, load
from tests.patience import PATIENCE_S

LAT, LON = 30.2, -93.2
STEP = 0.01  # degrees; a kilometre or so
Point = tuple[float, float]  # longitude, latitude


def metres(a: Point, b: Point) -> float:
    """Along the great circle."""
    north, east = radians(b[1] - a[1]) / 2, radians(b[0] - a[0]) / 2
    root = sin(north) ** 2 + cos(radians(a[1])) * cos(radians(b[1])) * sin(east) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(root))


def at(east: float, north: float) -> Point:
    return round(LON + east * STEP, 5), round(LAT + north * STEP, 5)


def road(*points: Point, **said: Any) -> dict[str, Any]:
    properties = {"layer": "road", "class": "street"} | said
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": points}}


def route(to: Point, **stands: Point) -> Route:
    candidates = tuple(Stand(unit, lat, lon) for unit, (lon, lat) in stands.items())
    return Route(id="q1.1", lat=to[1], lon=to[0], candidates=candidates)


def seconds(roads: RoadMap, to: Point, **stands: Point) -> dict[str, float]:
    return {time.unit: time.seconds for time in roads.times(route(to, **stands))}


def shortest(lines: list[tuple[Point, Point, float, bool]], start: Point, end: Point) -> float:
    """Dijkstra's algorithm as the textbook has it: forward, on a dict of lists."""
    ways: dict[Point, list[tuple[Point, float]]] = {}
    for a, b, speed, oneway in lines:
        took = metres(a, b) / speed
        ways.setdefault(a, []).append((b, took))
        if not oneway:
            ways.setdefault(b, []).append((a, took))
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        took, here = heapq.heappop(queue)
        if here == end:
            return took
        if took > best[here]:
            continue
        for there, more in ways.get(here, ()):
            if took + more < best.get(there, inf):
                best[there] = took + more
                heapq.heappush(queue, (took + more, there))
    return inf


@pytest.mark.parametrize("seed", range(25))
def test_road_times_agree_with_the_textbook(seed: int) -> None:
    """Random towns with one-way streets, dead ends, islands and roads of all speeds: from every crossing to every
    other, the time to a tenth of a second, or left out where there is no way. Breaks when the graph is reversed once
    too often, when a one-way street is driven both ways, or when of two parallel roads the slower counts."""
    dice = Random(seed)
    crossings = [at(east, north) for east in range(5) for north in range(4)]
    lines = []
    for _ in range(dice.randrange(20, 50)):
        a, b = dice.sample(crossings, 2)
        lines.append((a, b, dice.choice((5.0, 11.0, 29.0)), dice.random() < 0.4))
    roads = RoadMap(road(a, b, speed_mps=speed, oneway=oneway) for a, b, speed, oneway in lines)
    used = sorted({point for a, b, *_ in lines for point in (a, b)})
    for to in dice.sample(used, 5):
        given = seconds(roads, to, **{str(n): start for n, start in enumerate(used)})
        for n, start in enumerate(used):
            expected = shortest(lines, start, to)
            assert (str(n) in given) == (expected < 3600)
            assert expected == inf or given[str(n)] == pytest.approx(expected, rel=2e-3, abs=0.15)


def test_times_are_nearest_first_and_ties_go_by_name() -> None:
    """A ranking that does not end in a name would not be the same twice."""
    roads = RoadMap([road(at(0, 0), at(1, 0), at(2, 0))])
    answer = roads.times(route(at(0, 0), b=at(1, 0), c=at(2, 0), a=at(1, 0), z=at(0, 0)))
    assert [time.unit for time in answer] == ["z", "a", "b", "c"]
    assert answer[0] == RouteTime("z", 0.0)


def test_a_one_way_road_is_driven_one_way() -> None:
    """The unit past the place must go round; the one before it need not."""
    ring = [road(at(0, 0), at(1, 0), at(2, 0), at(2, 1), at(0, 1), at(0, 0), oneway=True)]
    given = seconds(RoadMap(ring), at(1, 0), before=at(0, 0), past=at(2, 0))
    assert given["before"] < 100 < 400 < given["past"]


def test_from_where_no_road_leads_there_is_no_time() -> None:
    """An island in the marsh. It is left out, not put last with a number somebody made up."""
    roads = RoadMap([road(at(0, 0), at(1, 0)), road(at(3, 0), at(4, 0))])
    assert seconds(roads, at(0, 0), here=at(1, 0), island=at(3, 0)).keys() == {"here"}
    assert seconds(RoadMap([road(at(0, 0), at(1, 0), oneway=True)]), at(0, 0), below=at(1, 0)) == {}


def test_who_is_more_than_an_hour_away_is_left_out() -> None:
    slow = RoadMap([road(at(0, 0), at(1, 0), at(4, 0), speed_mps=1.0)])
    assert seconds(slow, at(0, 0), near=at(1, 0), far=at(4, 0)).keys() == {"near"}


def test_a_class_has_a_speed_and_a_speed_of_its_own_counts_more() -> None:
    a, b = at(0, 0), at(1, 0)
    said: dict[str, dict[str, Any]] = {
        "motorway": {"class": "motorway"},
        "street": {},
        "unheard of": {"class": "boreen"},
        "slow motorway": {"class": "motorway", "speed_mps": 10.0},
    }
    took = {name: seconds(RoadMap([road(a, b, **about)]), a, u=b)["u"] for name, about in said.items()}
    assert took["motorway"] < took["street"] == took["unheard of"] < took["slow motorway"]
    assert took["slow motorway"] == pytest.approx(metres(a, b) / 10.0, abs=0.1)


def test_roads_meet_where_they_share_a_point_and_only_there() -> None:
    """A bridge over a motorway is no crossing."""
    a, b, c, d = at(0, 1), at(2, 1), at(1, 0), at(1, 2)
    assert seconds(RoadMap([road(a, b), road(c, d)]), a, under=c).keys() == set()
    crossing = at(1, 1)
    assert seconds(RoadMap([road(a, crossing, b), road(c, crossing, d)]), a, under=c).keys() == {"under"}


def test_the_way_to_the_road_counts() -> None:
    """A field of four hundred metres between the patrol car and the street: it is crossed slowly."""
    a, b = at(0, 0), at(1, 0)
    roads = RoadMap([road(a, b)])
    field = (b[0], round(b[1] + 0.004, 5))
    given = seconds(roads, a, street=b, field=field)
    assert given["field"] - given["street"] == pytest.approx(metres(b, field) / 8.0, abs=0.5)


def test_far_from_any_road_the_straight_line_must_do() -> None:
    """In the Gulf, or outside the map: a cautious guess, for the unit or for the place. Not a time along roads that do
    not go there."""
    roads = RoadMap([road(at(0, 0), at(1, 0))])
    boat = at(1, -4)
    expected = metres(boat, at(0, 0)) * 1.35 / 11.0
    assert seconds(roads, at(0, 0), boat=boat)["boat"] == pytest.approx(expected, rel=1e-3, abs=0.1)
    assert seconds(roads, boat, car=at(0, 0))["car"] == pytest.approx(expected, rel=1e-3, abs=0.1)


@pytest.mark.parametrize("features", [[], [road(at(0, 0), at(1, 0), layer="water")], [{"type": "Feature"}]])
def test_a_map_without_roads_goes_by_the_straight_line(features: list[dict[str, Any]]) -> None:
    """Nearest first all the same."""
    answer = RoadMap(features).times(route(at(0, 0), far=at(3, 0), near=at(1, 0)))
    assert [time.unit for time in answer] == ["near", "far"]
    assert answer[0].seconds == pytest.approx(metres(at(0, 0), at(1, 0)) * 1.35 / 11.0, rel=1e-3, abs=0.1)


def test_nobody_to_send_is_no_mistake() -> None:
    assert RoadMap([road(at(0, 0), at(1, 0))]).times(route(at(0, 0))) == ()


def test_a_road_of_one_point_or_a_point_said_twice_is_no_road() -> None:
    """Breaks when a length of zero makes a road that takes no time, or a division by nothing."""
    a, b = at(0, 0), at(1, 0)
    roads = RoadMap([road(a), road(a, a), road(a, b, b)])
    assert seconds(roads, a, u=b)["u"] == pytest.approx(metres(a, b) / 11.0, rel=1e-3, abs=0.1)


# --- where a car can be next ------------------------------------------------------------------------------------------


def ahead(roads: RoadMap, start: Point, within_s: int = 900, **readers: Point) -> dict[str, tuple[float, str]]:
    candidates = tuple(Stand(name, lat, lon) for name, (lon, lat) in readers.items())
    asked = Reach(id="q1.1", lat=start[1], lon=start[0], candidates=candidates, within_s=within_s)
    return {time.unit: (time.seconds, time.via) for time in roads.answer(asked)}


@pytest.mark.parametrize("seed", range(25))
def test_the_next_readers_agree_with_the_textbook(seed: int) -> None:
    """Random towns of one-way streets and bends: who can be met within the time, and how soon, is what the textbook
    says; and of two on one way only the first is met next. Breaks when the roads are taken against their direction,
    when a bend between crossings is forgotten, or when a reader hides one that is reached without passing it."""
    dice = Random(seed)
    crossings = [at(east, north) for east in range(6) for north in range(4)]
    lines = []
    for _ in range(dice.randrange(25, 45)):
        a, b = dice.sample(crossings, 2)
        lines.append((a, b, dice.choice((11.0, 29.0)), dice.random() < 0.4))
    roads = RoadMap(road(a, b, speed_mps=speed, oneway=oneway) for a, b, speed, oneway in lines)
    used = sorted({point for a, b, *_ in lines for point in (a, b)})
    start, *places = dice.sample(used, 6)
    expected = {place: shortest(lines, start, place) for place in places}
    within = 600.0
    given = ahead(roads, start, int(within), **{str(n): place for n, place in enumerate(places)})
    for n, place in enumerate(places):
        seconds = expected[place]
        behind = any(
            other != place
            and expected[other] + 11 < seconds
            and expected[other] + shortest(lines, other, place) < seconds + 0.01
            for other in places
        )
        if str(n) in given:
            assert given[str(n)][0] == pytest.approx(seconds, rel=2e-3, abs=0.15)
            assert not behind
        else:
            assert behind or seconds > within - 1.5, (n, seconds)


def test_a_reader_on_the_same_road_hides_the_one_behind_it_and_the_road_is_named() -> None:
    roads = RoadMap(
        [
            road(at(0, 0), at(1, 0), at(2, 0), at(3, 0), name="I-10", speed_mps=25.0),
            road(at(1, 0), at(1, 2), name="US 171", speed_mps=25.0),
        ]
    )
    given = ahead(roads, at(0, 0), first=at(2, 0), behind=at(3, 0), aside=at(1, 2), here=at(0, 0))
    assert given.keys() == {"first", "aside"}
    assert given["first"][1] == "I-10"
    assert given["aside"][1] == "I-10, US 171"
    assert ahead(roads, at(0, 0), within_s=100, first=at(2, 0), aside=at(1, 2)).keys() == {"first"}


def test_between_two_bends_the_way_goes_as_the_road_does() -> None:
    """A ramp of one way: ahead of the car in seconds, behind it not at all; both lie between the same two crossings."""
    ramp = road(at(0, 0), at(1, 0), at(2, 0), at(3, 0), at(4, 0), oneway=True, speed_mps=20.0)
    given = ahead(RoadMap([ramp]), at(2, 0), past=at(1, 0), coming=at(3, 0))
    assert given.keys() == {"coming"}
    assert given["coming"][0] == pytest.approx(metres(at(2, 0), at(3, 0)) / 20.0, rel=2e-3)
    ring = road(at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0), oneway=True, speed_mps=20.0)
    assert ahead(RoadMap([ring]), at(1, 0), round=at(0, 0))["round"][0] > 100


def test_without_roads_it_is_told_that_the_crow_flew() -> None:
    given = ahead(RoadMap([]), at(0, 0), near=at(1, 0), far=at(90, 0))
    assert given.keys() == {"near"}
    assert given["near"][1] == "as the crow flies"


# --- files ------------------------------------------------------------------------------------------------------------


def test_roads_are_read_from_the_sites_map(tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [road(at(0, 0), at(1, 0))]}))
    assert load(path).size == 2
    assert load(None).size == 0


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        "{}",
        '{"features": 3}',
        '{"features": [3]}',
        '{"features": [{"properties": {"layer": "road"}, "geometry": {"type": "LineString"}}]}',
        '{"features": [{"properties": {"layer": "road"}, "geometry": {"type": "LineString", "coordinates": [[1]]}}]}',
        '{"features": [{"properties": {"layer": "road", "speed_mps": "fast"}, '
        '"geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}]}',
        '{"features": [{"properties": {"layer": "road"}, '
        '"geometry": {"type": "LineString", "coordinates": [["a", "b"], [3, 4]]}}]}',
        '{"features": [{"properties": 7}]}',
    ],
)
def test_a_map_that_is_none_says_which_file(content: str, tmp_path: Path) -> None:
    """Not a traceback at the start of a center."""
    path = tmp_path / "map.geojson"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"map\.geojson: not a GeoJSON FeatureCollection with roads"):
        load(path)


def test_a_map_that_is_missing_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.geojson"):
        load(tmp_path / "none.geojson")


# --- on a worker thread -----------------------------------------------------------------------------------------------


def test_a_worker_answers_later_and_on_the_thread_that_asked() -> None:
    """Each question its own answer, handed over and not called from the worker."""
    roads = RoadMap([road(at(0, 0), at(1, 0), at(2, 0))])
    posted: SimpleQueue[Callable[[], None]] = SimpleQueue()
    answers: dict[int, tuple[RouteTime, ...]] = {}
    with ThreadPoolExecutor(1) as executor:
        router = ExecutorRouter(executor, posted.put, roads.answer)
        for n in range(3):
            router.ask(route(at(n, 0), u=at(0, 0)), lambda times, n=n: answers.__setitem__(n, times))  # type: ignore[misc]
        assert answers == {}
        for _ in range(3):
            posted.get(timeout=PATIENCE_S)()
    assert {n: times[0].seconds for n, times in answers.items()} == {
        n: seconds(roads, at(n, 0), u=at(0, 0))["u"] for n in range(3)
    }
