"""Answers about driving are those that slower, plainer reckoning gives, and cars move as cars do."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.sim import parish, roads
from twin.sim.geometry import project, turn_deg
from twin.sim.parish import COURSE_DEG, LatLon, planar
from twin.sim.roads_network import KINDS, Network
from twin.sim.routing import SECOND, TREES, Leg, Router, Spot, passages

CALCASIEU = parish.load()
NETWORK = roads.load()
ROUTER = Router(NETWORK)

VINTON, DOWNTOWN, SULPHUR = LatLon(30.191, -93.581), LatLon(30.2275, -93.2140), LatLon(30.234, -93.365)
HEADQUARTERS = next(s.at for s in CALCASIEU.stations if s.name == "CPSO headquarters")
WEST, EAST = (next(g.at for g in CALCASIEU.gateways if g.name == f"I-10 {side}") for side in ("west", "east"))

nodes = st.integers(0, NETWORK.nodes - 1)
edges = st.integers(0, NETWORK.edges - 1)
paces = st.floats(0.3, 2.5)


def near(place: LatLon) -> int:
    return ROUTER.nearest_node(*CALCASIEU.plane.xy(*place))


def plain_sweep(network: Network, start: int, *, against: bool = False) -> list[int]:
    """Dijkstra's algorithm as in the book: microseconds from `start` (or, `against` the traffic, to it)."""
    ways: list[list[tuple[int, int]]] = [[] for _ in range(network.nodes)]
    for a, b, micros in zip(network.source.tolist(), network.target.tolist(), network.micros.tolist(), strict=True):
        ways[b if against else a].append((a if against else b, micros))
    best = [1 << 62] * network.nodes
    best[start] = 0
    queue = [(0, start)]
    while queue:
        micros, node = heapq.heappop(queue)
        if micros == best[node]:
            for other, more in ways[node]:
                if micros + more < best[other]:
                    best[other] = micros + more
                    heapq.heappush(queue, (best[other], other))
    return best


def place_of(spot: Spot) -> tuple[float, float]:
    """Where a spot lies, found by walking its edge's line."""
    left = spot.offset_m
    for c, d in pairwise(NETWORK.shape(spot.edge)):
        step = math.dist(c, d)
        if left <= step:
            return tuple((c + left / step * (d - c)).tolist())
        left -= step
    return tuple(NETWORK.shape(spot.edge)[-1].tolist())


# --- the quickest way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "least_min", "most_min", "road"),
    [
        (VINTON, DOWNTOWN, 20, 30, "I-10"),
        (HEADQUARTERS, SULPHUR, 12, 20, "I-10"),
        (WEST, EAST, 35, 50, "I-10"),
        (LatLon(30.45, -93.435), DOWNTOWN, 25, 40, "LA 27"),
        (LatLon(30.303, -93.2), DOWNTOWN, 8, 18, "US 171"),
    ],
)
def test_known_trips(start: LatLon, end: LatLon, least_min: float, most_min: float, road: str) -> None:
    """Trips that a local could judge take about as long as they do at the limits, by the road one would take."""
    route = ROUTER.route(near(start), near(end))
    assert least_min < route.seconds / 60 < most_min
    assert road in {NETWORK.road(edge) for edge in route.edges}


@settings(max_examples=5, deadline=None)
@given(nodes, st.lists(nodes, min_size=1, max_size=20))
def test_routes_are_quickest(a: int, ends: list[int]) -> None:
    """A route takes exactly as long as a plain sweep says, and its edges lead there without a gap."""
    best = plain_sweep(NETWORK, a)
    for b in ends:
        route = ROUTER.route(a, b)
        assert route.micros == best[b] == sum(NETWORK.micros[edge] for edge in route.edges)
        assert [a, *(int(NETWORK.target[edge]) for edge in route.edges)] == route.nodes
        assert [*(int(NETWORK.source[edge]) for edge in route.edges), b] == route.nodes
        assert ROUTER.seconds(a, b) == route.seconds
        line = ROUTER.line(route)
        assert (line[0] == NETWORK.node_xy[a]).all()
        assert (line[-1] == NETWORK.node_xy[b]).all()


@settings(max_examples=100, deadline=None)
@given(nodes, nodes, nodes)
def test_no_detour_is_quicker(a: int, b: int, c: int) -> None:
    """The triangle inequality: going by way of somewhere is never quicker than the quickest way."""
    assert ROUTER.route(a, c).micros <= ROUTER.route(a, b).micros + ROUTER.route(b, c).micros


@settings(max_examples=8, deadline=None)
@given(nodes, st.lists(nodes, min_size=1, max_size=100), st.integers(1, 12), st.sampled_from([math.inf, 60.0, 400.0]))
def test_nearest_agrees_with_a_plain_sweep(call: int, units: list[int], k: int, limit_s: float) -> None:
    """The nearest units are those of a full sweep against the traffic, in its order, with its times, within the limit;
    units at one place keep their order."""
    best = plain_sweep(NETWORK, call, against=True)
    ranked = sorted((best[node] / SECOND, index) for index, node in enumerate(units))
    expected = [(index, seconds) for seconds, index in ranked if seconds <= limit_s][:k]
    assert ROUTER.nearest_k(call, units, k, limit_s) == expected


def test_the_way_there_is_not_the_way_back() -> None:
    """Nearest means quickest to the call, not from it: on a motorway the two differ."""
    a, b = near(WEST), near(LatLon(30.2160, -93.3500))
    [(_, towards)] = ROUTER.nearest_k(b, [a], 1)
    assert towards == ROUTER.seconds(a, b) != ROUTER.seconds(b, a)


def test_memory_is_bounded() -> None:
    """However many places routes begin at, no more than `TREES` trees are kept, and an answer stays the same."""
    router = Router(NETWORK)
    first = router.route(0, 100)
    for start in range(TREES + 10):
        router.route(start, 100)
    assert len(router._trees) == TREES
    assert router.route(0, 100) == first


# --- where --------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.floats(-60_000, 45_000), st.floats(-30_000, 35_000))
def test_nearest_place_on_a_road(x: float, y: float) -> None:
    """The nearest place on a road is the nearest of all, near roads and far out at sea."""
    here = np.array([[x, y]])
    spot = ROUTER.nearest_edge(x, y)
    steps = ROUTER.steps
    gap, _ = steps.project(np.arange(len(steps.edge)), x, y)
    assert spot.gap_m == pytest.approx(gap.min(), abs=1e-6)
    assert math.dist(place_of(spot), (x, y)) == pytest.approx(spot.gap_m, abs=1e-3)
    shape = NETWORK.shape(spot.edge)
    assert min(project(here, c, d)[0][0] for c, d in pairwise(shape)) == pytest.approx(spot.gap_m, abs=1e-6)


def test_nearest_road_that_goes_a_way() -> None:
    """A heading picks the carriageway, a name the road, and what does not exist is an error."""
    x, y = CALCASIEU.plane.xy(30.2158, -93.40)
    east, west = ROUTER.nearest_edge(x, y, 90.0, "I-10"), ROUTER.nearest_edge(x, y, 270.0, "I-10")
    assert east.edge != west.edge
    assert ROUTER.leg(ROUTER.route(*ends(east.edge)), 0).at(0).heading_deg == pytest.approx(90.0, abs=30.0)
    assert ROUTER.leg(ROUTER.route(*ends(west.edge)), 0).at(0).heading_deg == pytest.approx(270.0, abs=30.0)
    assert NETWORK.road(ROUTER.nearest_edge(x, y, road="LA 12").edge) == "LA 12"
    with pytest.raises(LookupError, match="Route 66"):
        ROUTER.nearest_edge(x, y, road="Route 66")


def ends(edge: int) -> tuple[int, int]:
    return int(NETWORK.source[edge]), int(NETWORK.target[edge])


def test_nearest_node() -> None:
    """The nearest crossing is the nearest."""
    x, y = CALCASIEU.plane.xy(*DOWNTOWN)
    gaps = np.hypot(NETWORK.node_xy[:, 0] - x, NETWORK.node_xy[:, 1] - y)
    assert ROUTER.nearest_node(x, y) == int(np.argmin(gaps))


# --- driving ------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(nodes, nodes, paces, st.integers(0, 10**15), st.data())
def test_a_drive_is_smooth(a: int, b: int, pace: float, departs: int, data: st.DataObject) -> None:
    """A car begins and ends where its route does, takes as long as the route says, never jumps, and its speedometer
    shows what it covers."""
    route = ROUTER.route(a, b)
    if not route.edges:
        return
    leg = ROUTER.leg(route, departs, pace)
    assert leg.arrives - departs == pytest.approx(route.micros / pace, abs=2.0)
    assert leg.at(departs)[:2] == pytest.approx(NETWORK.node_xy[a].tolist(), abs=0.01)
    assert leg.at(leg.arrives)[:2] == pytest.approx(NETWORK.node_xy[b].tolist(), abs=0.01)
    assert leg.at(departs - 1).speed_mps == leg.at(leg.arrives).speed_mps == 0.0
    fastest = float(NETWORK.speed_mps.max()) * pace
    moments = sorted(data.draw(st.lists(st.integers(departs, leg.arrives), min_size=2, max_size=40)))
    for before, after in pairwise(moments):
        there, here = leg.at(before), leg.at(after)
        assert math.dist(there[:2], here[:2]) <= fastest * (after - before) / SECOND + 0.01
        assert there.speed_mps <= fastest * 1.001
        assert 0.0 <= there.heading_deg < 360.0


@settings(max_examples=40, deadline=None)
@given(nodes, nodes, paces, st.data())
def test_a_drive_goes_forward(a: int, b: int, pace: float, data: st.DataObject) -> None:
    """The place on the road that a car is at goes forward along its edges, and is where the car is."""
    route = ROUTER.route(a, b)
    if not route.edges:
        return
    leg = ROUTER.leg(route, 0, pace)
    order = {edge: k for k, edge in enumerate(route.edges)}
    passed = (-1, 0.0)
    for now in sorted(data.draw(st.lists(st.integers(0, leg.arrives), min_size=2, max_size=40))):
        spot = leg.spot(now)
        assert (order[spot.edge], spot.offset_m) >= (passed[0], passed[1] - 1e-6)
        passed = (order[spot.edge], spot.offset_m)
        assert place_of(spot) == pytest.approx(leg.at(now)[:2], abs=0.02)


@settings(max_examples=60, deadline=None)
@given(edges, st.floats(0, 1), edges, st.floats(0, 1), paces)
def test_a_drive_from_spot_to_spot(start: int, begun: float, goal: int, done: float, pace: float) -> None:
    """A drive from the middle of one road to the middle of another begins and ends just there, and takes what is left
    of the first, the way between, and what it needs of the last."""
    from_spot = Spot(start, begun * ROUTER.steps.edge_m[start])
    to_spot = Spot(goal, done * ROUTER.steps.edge_m[goal])
    leg = ROUTER.drive(from_spot, to_spot, 1_000, pace)
    assert leg.at(1_000)[:2] == pytest.approx(place_of(from_spot), abs=0.02)
    assert leg.at(leg.arrives)[:2] == pytest.approx(place_of(to_spot), abs=0.02)
    first, last = NETWORK.micros[start], NETWORK.micros[goal]
    if start == goal and begun <= done:
        micros = (done - begun) * first
    else:
        between = ROUTER.route(int(NETWORK.target[start]), int(NETWORK.source[goal])).micros
        micros = (1 - begun) * first + between + done * last
    assert leg.arrives - leg.departs == pytest.approx(micros / pace, abs=5.0)


def test_a_car_is_sent_elsewhere_on_its_way() -> None:
    """A new drive that begins at the spot of an old one continues it without a jump."""
    old = ROUTER.leg(ROUTER.route(near(VINTON), near(DOWNTOWN)), 0)
    now = old.arrives // 3
    new = ROUTER.drive(old.spot(now), Spot(ROUTER.route(near(SULPHUR), near(VINTON)).edges[0], 0.0), now)
    assert new.at(now) == pytest.approx(old.at(now), abs=0.01)
    assert new.at(now + 1)[:2] == pytest.approx(old.at(now + 1)[:2], abs=0.01)


def test_standing_still_is_a_drive() -> None:
    """To where one is already: it arrives as it leaves, and stays."""
    spot = Spot(5, ROUTER.steps.edge_m[5] / 2)
    leg = ROUTER.drive(spot, spot, 77)
    assert leg.arrives == leg.departs == 77
    assert leg.at(77)[:2] == leg.at(10**9)[:2] == pytest.approx(place_of(spot), abs=0.01)
    with pytest.raises(ValueError, match="no drive"):
        ROUTER.leg(ROUTER.route(3, 3), 0)


# --- plate readers ------------------------------------------------------------------------------------------------


def test_readers_see_who_passes() -> None:
    """A car across the parish by I-10 passes its eastbound readers in order and no other; each time it is at the
    reader, driving the way it watches. Back west, it passes the others."""
    watched = ROUTER.watched(CALCASIEU)
    sites = {site.reader: site for site in CALCASIEU.readers}
    assert sorted(name for found in watched.values() for name, _ in found) == sorted(sites)
    for start, end, direction in ((WEST, EAST, "eastbound"), (EAST, WEST, "westbound")):
        leg = ROUTER.leg(ROUTER.route(near(start), near(end)), 5 * SECOND)
        seen = leg.passes(watched)
        expected = [s.reader for s in CALCASIEU.readers if s.road == "I-10" and s.watches == direction]
        in_order = sorted(expected, key=lambda reader: sites[reader].at.lon, reverse=direction == "westbound")
        assert [passage.name for passage in seen] == in_order
        for passage in seen:
            fix, site = leg.at(passage.at), sites[passage.name]
            assert math.dist(fix[:2], CALCASIEU.plane.xy(*site.at)) < 30.0
            assert abs(turn_deg(COURSE_DEG[site.watches], fix.heading_deg)) < 60.0
        assert passages(ROUTER.steps, leg.edges, 5 * SECOND, 1.0, watched) == seen


def test_a_reader_behind_the_start_sees_nobody() -> None:
    """Who enters the road beyond a reader, or leaves it before, has not passed it."""
    watched = ROUTER.watched(CALCASIEU)
    edge, [(name, offset_m), *_] = next(iter(watched.items()))
    for low, high, seen in ((0.0, 1.0, True), (offset_m + 1.0, 1.0, False), (0.0, (offset_m - 1.0), False)):
        stop = ROUTER.steps.edge_m[edge] if high == 1.0 else high
        leg = Leg(ROUTER.steps, [edge], 0, 1.0, low, stop)
        assert (name in [passage.name for passage in leg.passes(watched)]) is seen


# --- patrol -------------------------------------------------------------------------------------------------------


def wandered(seed: int, area: bytes | None, start: int, turns: int) -> list[int]:
    dice, node, heading, driven = Random(seed), start, None, []
    for _ in range(turns):
        edge = ROUTER.wander(dice, node, heading, area)
        assert NETWORK.source[edge] == node
        node, heading = int(NETWORK.target[edge]), float(ROUTER.steps.heading_deg[ROUTER.steps.first[edge + 1] - 1])
        driven.append(edge)
    return driven


@pytest.mark.parametrize("name", ["Lake Charles", "Sulphur", "Westlake", "Vinton", "Iowa"])
def test_patrols_keep_to_their_area(name: str) -> None:
    """A patrol never leaves its area, sees most of it in time, and seldom turns round where it could go on."""
    area = ROUTER.area(planar(CALCASIEU.plane, CALCASIEU.place(name).ring))
    inside = [node for node in range(NETWORK.nodes) if area[node]]
    driven = wandered(1, area, inside[0], 40 * len(inside))
    visited = {int(NETWORK.target[edge]) for edge in driven}
    assert visited <= set(inside)
    assert len(visited) > 0.6 * len(inside)
    back = sum(NETWORK.twin[before] == after for before, after in pairwise(driven))
    dead_ends = sum(sum(area[NETWORK.target[e]] for e in np.flatnonzero(NETWORK.source == n)) == 1 for n in inside)
    assert back < 0.05 * len(driven) + 2 * len(driven) * dead_ends / len(inside)


def test_patrols_follow_their_dice() -> None:
    """The same dice drive the same way; others do not."""
    start = near(DOWNTOWN)
    assert wandered(7, None, start, 300) == wandered(7, None, start, 300) != wandered(8, None, start, 300)


def test_areas_by_kind_of_road() -> None:
    """The state police's area is the highways; where no road is, there is no area."""
    limit = planar(CALCASIEU.plane, CALCASIEU.boundary)
    highways = ROUTER.area(limit, ("motorway", "trunk", "primary", "ramp"))
    assert 200 < sum(highways) < sum(ROUTER.area(limit)) / 2
    numbers = [KINDS.index(kind) for kind in ("motorway", "trunk", "primary", "ramp")]
    on = np.isin(NETWORK.kind, numbers)
    touched = {*NETWORK.source[on].tolist(), *NETWORK.target[on].tolist()}
    assert {node for node in range(NETWORK.nodes) if highways[node]} <= touched
    with pytest.raises(ValueError, match="no two crossings"):
        ROUTER.area(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
