"""A flight's way in closed form: where an aircraft is at any moment.

Knows: straights with steady acceleration and climb, arcs, standing still, and how a corner is rounded.
Refuses to know: runways, aircraft, and clocks: time counts from the way's beginning.

Metres on the parish's plane, metres above the sea, metres a second, degrees clockwise from north.
"""

from __future__ import annotations

from bisect import bisect_right
from math import atan2, cos, degrees, hypot, pi, radians, sin, tan
from typing import NamedTuple

from twin.devices.things import SECOND_US

GRAVITY = 9.81
BANK = tan(radians(25.0))
LEAST_RADIUS_M = 25.0
CORNER_SHARE = 0.45  # of a straight that the corner at its end may take
STRAIGHT_ON = radians(1.0)


class Way(NamedTuple):
    """A point to fly over, or to cut the corner of: how high and how fast one is there."""

    x: float
    y: float
    altitude_m: float
    speed_mps: float


def radius_m(speed_mps: float) -> float:
    """Of a turn with 25 degrees of bank."""
    return speed_mps**2 / GRAVITY / BANK


class Where(NamedTuple):
    x: float
    y: float
    altitude_m: float
    speed_mps: float
    course_deg: float
    climb_mps: float
    on_ground: bool


class _Straight(NamedTuple):
    x: float
    y: float
    altitude_m: float
    speed_mps: float
    course_deg: float
    climb_mps: float
    on_ground: bool
    east: float
    north: float
    gain_mps2: float

    def at(self, s: float) -> Where:
        x, y, altitude, speed, course, climb, ground, east, north, gain = self
        gone = (speed + gain * s / 2) * s
        return Where(x + east * gone, y + north * gone, altitude + climb * s, speed + gain * s, course, climb, ground)


class _Arc(NamedTuple):
    """`angle` is where on the circle it begins, mathematically; `turning` is positive to the left."""

    x: float
    y: float
    radius_m: float
    angle: float
    turning: float
    altitude_m: float
    speed_mps: float
    on_ground: bool

    def at(self, s: float) -> Where:
        angle = self.angle + self.turning * s
        east, north = cos(angle), sin(angle)
        ahead = angle + (pi / 2 if self.turning > 0 else -pi / 2)
        course = (90.0 - degrees(ahead)) % 360.0
        x, y = self.x + self.radius_m * east, self.y + self.radius_m * north
        return Where(x, y, self.altitude_m, self.speed_mps, course, 0.0, self.on_ground)


class Path:
    """A way that is finished. Before its beginning and after its end the aircraft stands at its ends."""

    __slots__ = ("_legs", "_starts", "lasts_us")

    def __init__(self, starts: list[int], legs: list[_Straight | _Arc], lasts_us: int) -> None:
        self._starts = starts
        self._legs = legs
        self.lasts_us = lasts_us

    def at(self, since_us: int) -> Where:
        since_us = min(max(since_us, 0), self.lasts_us)
        leg = bisect_right(self._starts, since_us) - 1
        return self._legs[leg].at((since_us - self._starts[leg]) / SECOND_US)


class Course:
    """A way in the making: begun somewhere, led on by `to`, `bend` and `stand`."""

    def __init__(self, begin: Way, course_deg: float = 0.0, *, on_ground: bool = False) -> None:
        self.here = begin
        self.on_ground = on_ground
        self._course_deg = course_deg
        self._starts: list[int] = []
        self._legs: list[_Straight | _Arc] = []
        self._us = 0

    @property
    def us(self) -> int:
        """How long it takes so far."""
        return self._us

    def path(self) -> Path:
        if not self._legs:
            self.stand(0.0)
        return Path(self._starts, self._legs, self._us)

    def stand(self, seconds: float) -> Course:
        x, y, altitude, _ = self.here
        self.here = Way(x, y, altitude, 0.0)
        leg = _Straight(x, y, altitude, 0.0, self._course_deg, 0.0, self.on_ground, 0.0, 0.0, 0.0)
        self._add(leg, seconds)
        return self

    def to(self, *ways: Way) -> Course:
        """Straight on to each in turn; the corners between them are flown as arcs."""
        for position, way in enumerate(ways):
            if position + 1 < len(ways):
                self._corner(way, ways[position + 1])
            else:
                self._straight(way)
        return self

    def face(self, x: float, y: float) -> Course:
        """Turn until (x, y) is ahead."""
        here_x, here_y, _, speed = self.here
        turn_deg = (degrees(atan2(x - here_x, y - here_y)) - self._course_deg + 180.0) % 360.0 - 180.0
        if speed < 1.0 or abs(turn_deg) < 1.0:
            return self
        return self.bend(max(LEAST_RADIUS_M, radius_m(speed)), turn_deg)

    def bend(self, radius_m: float, turn_deg: float) -> Course:
        """An arc at the present height and speed, to the right where `turn_deg` is positive."""
        x, y, altitude, speed = self.here
        heading = radians(self._course_deg)
        side = 1.0 if turn_deg > 0 else -1.0
        cx, cy = x + side * radius_m * cos(heading), y - side * radius_m * sin(heading)
        angle = atan2(y - cy, x - cx)
        turning = -side * speed / radius_m
        seconds = abs(radians(turn_deg)) * radius_m / speed
        arc = _Arc(cx, cy, radius_m, angle, turning, altitude, speed, self.on_ground)
        self._add(arc, seconds)
        there = arc.at(seconds)
        self.here = Way(there.x, there.y, altitude, speed)
        self._course_deg = there.course_deg
        return self

    def _corner(self, at: Way, then: Way) -> None:
        """Towards `at`, leaving the straight early enough to turn towards `then`."""
        x, y = self.here.x, self.here.y
        first, second = hypot(at.x - x, at.y - y), hypot(then.x - at.x, then.y - at.y)
        if first < 1.0 or second < 1.0:
            self._straight(at)
            return
        turn = atan2(then.x - at.x, then.y - at.y) - atan2(at.x - x, at.y - y)
        turn = (turn + pi) % (2 * pi) - pi
        if abs(turn) < STRAIGHT_ON:
            self._straight(at)
            return
        bend = abs(tan(turn / 2))
        early = min(max(LEAST_RADIUS_M, radius_m(at.speed_mps)) * bend, CORNER_SHARE * min(first, second))
        share = 1.0 - early / first
        self._straight(Way(x + (at.x - x) * share, y + (at.y - y) * share, at.altitude_m, at.speed_mps))
        self.bend(early / bend, degrees(turn))

    def _straight(self, way: Way) -> None:
        x, y, altitude, speed = self.here
        far_m = hypot(way.x - x, way.y - y)
        if far_m < 0.01:
            return
        seconds = far_m / max(0.5, (speed + way.speed_mps) / 2)
        east, north = (way.x - x) / far_m, (way.y - y) / far_m
        self._course_deg = degrees(atan2(east, north)) % 360.0
        begun = speed if speed + way.speed_mps >= 1.0 else 0.5
        gain = 2 * (far_m / seconds - begun) / seconds
        climb = (way.altitude_m - altitude) / seconds
        self._add(_Straight(x, y, altitude, begun, self._course_deg, climb, self.on_ground, east, north, gain), seconds)
        self.here = way

    def _add(self, leg: _Straight | _Arc, seconds: float) -> None:
        self._starts.append(self._us)
        self._legs.append(leg)
        self._us += round(seconds * SECOND_US)
