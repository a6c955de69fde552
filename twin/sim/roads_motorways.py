"""Motorways on the plane: two one-way carriageways, joined to the rest by ramps and at the limit of the parish.

Knows: carriageways, exits, ramps, and what happens where a motorway ends on another.
Refuses to know: streets.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.sim.geometry import Floats, lengths
from twin.sim.parish import Highway
from twin.sim.roads_draft import Link
from twin.sim.roads_highways import Chord, Highways

HALF_MEDIAN_M = 12.0
RAMP_M = 350.0  # along the motorway, from where a ramp leaves it to the crossing road
RAMP_SHARE = 0.35  # but no more than this of the way to the next exit
TERMINAL_M = 90.0  # along the crossing road, from the motorway to the ramp's other end
STUB_M = 400.0  # of a crossing road, either way, that no table names


@dataclass(slots=True)
class Exit:
    """Where a motorway crosses or meets another road at `point`, running along `along`; and the points at which ramps
    leave and join its carriageways, forward (in the order of its course) and backward."""

    label: str
    point: int
    along: Floats
    forward_off: int
    forward_on: int
    backward_off: int
    backward_on: int


class Motorways:
    """All of them, on the draft of `highways`. `centres`: their centre lines. `blind`: exits where the crossing road
    ends, so that it ends where its ramps touch it."""

    def __init__(self, highways: Highways) -> None:
        self.highways = highways
        self.draft = highways.draft
        self.centres: list[Floats] = []
        self.blind: list[int] = []
        self._exits: dict[int, Exit] = {}
        for highway in highways.ground.parish.highways:
            if highway.kind == "motorway":
                self._lay(highway)
        for exit_ in self._exits.values():
            self._diamond(exit_)

    def _lay(self, highway: Highway) -> None:
        course = highway.course
        centre = self.highways.ground.xy(course)
        self.centres.append(centre)
        reach: list[float] = np.concatenate([[0.0], np.cumsum(lengths(centre))]).tolist()
        begins, ends = (self._exits.pop(self.highways.at(course[i]), None) for i in (0, -1))
        first, last = (RAMP_M if begins else 0.0), reach[-1] - (RAMP_M if ends else 0.0)
        exits = [i for i, waypoint in enumerate(course) if waypoint.label.startswith("exit")]
        touches = _touches([first, *(reach[i] for i in exits), last])
        stations = {first, last, *(s for s in reach if first < s < last), *(s for pair in touches for s in pair)}
        limits = {s: self.highways.at(course[i]) for s, i in ((0.0, 0), (reach[-1], -1)) if s in stations}
        forward, backward = self._carriageways(highway.name, centre, reach, sorted(stations), limits)
        for i, (before, after) in zip(exits, touches, strict=True):
            point, along = self.highways.at(course[i]), centre[i + 1] - centre[i - 1]
            touched = (forward[before], forward[after], backward[after], backward[before])
            self._exits[point] = Exit(course[i].label, point, along, *touched)
        if begins:
            self._junction(begins, enter=forward[first], leave=backward[first])
        if ends:
            self._junction(ends, enter=backward[last], leave=forward[last])

    def _carriageways(
        self, name: str, centre: Floats, reach: list[float], stations: list[float], limits: dict[float, int]
    ) -> tuple[dict[float, int], dict[float, int]]:
        """The points of both carriageways, forward and backward, by station (metres along the centre line). At the
        `limits` of the parish they are one point, where what leaves the world turns round."""
        step = np.diff(centre, axis=0) / lengths(centre)[:, None]
        right = np.stack([step[:, 1], -step[:, 0]], axis=1)
        forward: dict[float, int] = {}
        backward: dict[float, int] = {}
        for s in stations:
            i = min(bisect_right(reach, s) - 1, len(step) - 1)
            at = centre[i] + (s - reach[i]) * step[i]
            aside = HALF_MEDIAN_M * ((right[i - 1] + right[i]) / 2 if s == reach[i] and i > 0 else right[i])
            forward[s] = limits[s] if s in limits else self.draft.point(*(at + aside))
            backward[s] = limits[s] if s in limits else self.draft.point(*(at - aside))
        for way in (list(forward.values()), list(backward.values())[::-1]):
            self.draft.links += [Link(a, b, "motorway", name, oneway=True) for a, b in pairwise(way)]
        return forward, backward

    def _junction(self, exit_: Exit, enter: int, leave: int) -> None:
        """A motorway ends on another one: every movement but the turn back."""
        for off in (exit_.forward_off, exit_.backward_off):
            self._ramp(exit_, off, enter)
        for on in (exit_.forward_on, exit_.backward_on):
            self._ramp(exit_, leave, on)

    def _diamond(self, exit_: Exit) -> None:
        """On each side of the motorway one ramp down to the crossing road and one back up. A crossing road that comes
        from one side only serves both."""
        arms = [chord for chord in self.highways.chords if exit_.point in (chord.a, chord.b)]
        if not arms:
            arms = self._stubs(exit_)
        if len(arms) == 1:
            self.blind.append(exit_.point)
        terminals: dict[bool, int] = {}
        for chord in arms:
            begins = chord.a == exit_.point
            away = (chord.end - chord.start) * (1 if begins else -1)
            share = min(TERMINAL_M / chord.length_m, 0.4)
            on_right = bool(exit_.along[0] * away[1] < exit_.along[1] * away[0])
            terminals.setdefault(on_right, chord.stop(self.draft, share if begins else 1 - share))
        either = next(iter(terminals.values()))
        for terminal, off, on in (
            (terminals.get(True, either), exit_.forward_off, exit_.forward_on),
            (terminals.get(False, either), exit_.backward_off, exit_.backward_on),
        ):
            self._ramp(exit_, off, terminal)
            self._ramp(exit_, terminal, on)

    def _stubs(self, exit_: Exit) -> list[Chord]:
        """A crossing road for an exit where no highway crosses; streets that meet it join it."""
        aside = np.array([exit_.along[1], -exit_.along[0]]) * (STUB_M / math.hypot(*exit_.along))
        centre = np.array(self.draft.points[exit_.point])
        for end in (centre - aside, centre + aside):
            self.highways.chord(exit_.point, self.draft.point(*end), "secondary", exit_.label.split(" ", 2)[-1])
        return self.highways.chords[-2:]

    def _ramp(self, exit_: Exit, a: int, b: int) -> None:
        self.draft.links.append(Link(a, b, "ramp", "E" + exit_.label[1:], oneway=True))


def _touches(knots: list[float]) -> list[tuple[float, float]]:
    """For every knot but the first and the last, how far along the motorway ramps touch it before and after."""
    touches = []
    for before, here, after in zip(knots, knots[1:], knots[2:], strict=False):
        ramp = min(RAMP_M, RAMP_SHARE * (here - before), RAMP_SHARE * (after - here))
        touches.append((here - ramp, here + ramp))
    return touches
