"""An airfield as its pilots use it: which runway, the way in, the way out, and round the circuit.

Knows: runway headings from the thresholds' positions, a three-degree glide path, the ground roll, and where one parks.
Refuses to know: who flies, when, and why.
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin, tan
from typing import NamedTuple

from twin.sim.geometry import Plane
from twin.sim.parish import Airport, LatLon
from twin.sim.sky_path import Course, Path, Way

GLIDE = tan(radians(3.0))
TAXI_MPS = 8.0
EXIT_MPS = 12.0
THRESHOLD_M = 15.0
TOUCHDOWN_M = 300.0
PARKED_S = 90.0  # with the transponder still on, or already


class Type(NamedTuple):
    """What an aircraft can do. `final_m`: how long its final approach is; `roll_share`: of the runway, to take off."""

    approach_mps: float
    cruise_mps: float
    climb_mps: float
    final_m: float
    runway_m: float
    category: str


LIGHT = Type(35.0, 57.0, 3.5, 2_500.0, 600.0, "A1")
JET = Type(68.0, 215.0, 11.0, 16_000.0, 1_700.0, "A3")
HEAVY = Type(76.0, 225.0, 9.0, 22_000.0, 2_500.0, "A5")


class Strip(NamedTuple):
    """A runway in the direction of use: from one threshold to the other."""

    name: str
    x: float
    y: float
    heading: float  # radians clockwise from north
    length_m: float

    def point(self, ahead_m: float, right_m: float = 0.0) -> tuple[float, float]:
        """Metres from the threshold in use, along the runway and to its right."""
        east, north = sin(self.heading), cos(self.heading)
        return self.x + ahead_m * east + right_m * north, self.y + ahead_m * north - right_m * east

    def way(self, ahead_m: float, right_m: float, altitude_m: float, speed_mps: float) -> Way:
        return Way(*self.point(ahead_m, right_m), altitude_m, speed_mps)


class Field:
    """One airport on the parish's plane."""

    def __init__(self, airport: Airport, apron: LatLon, plane: Plane) -> None:
        self.elevation_m = airport.elevation_m
        self.apron = plane.xy(*apron)
        self._strips: list[Strip] = []
        for runway in airport.runways:
            ends = [plane.xy(*threshold) for threshold in runway.thresholds]
            for name, (x, y), (far_x, far_y) in zip(runway.ends, ends, reversed(ends), strict=True):
                heading = atan2(far_x - x, far_y - y)
                self._strips.append(Strip(name, x, y, heading, hypot(far_x - x, far_y - y)))

    def strip(self, wind_deg: float, needs_m: float) -> Strip:
        """The runway that is long enough and heads most into the wind."""
        long = [strip for strip in self._strips if strip.length_m >= needs_m] or self._strips
        return max(long, key=lambda strip: (cos(strip.heading - radians(wind_deg)), strip.name))

    def parked(self) -> Course:
        """A way that begins on the apron, with the engine running."""
        return Course(Way(*self.apron, self.elevation_m, 0.0), on_ground=True).stand(PARKED_S)

    def take_off(self, course: Course, kind: Type, strip: Strip) -> Course:
        """Taxi to the threshold, line up, roll."""
        hold = strip.way(0.0, 60.0, self.elevation_m, TAXI_MPS)
        course.to(hold, strip.way(10.0, 0.0, self.elevation_m, TAXI_MPS)).stand(20.0)
        lift = strip.way(min(0.6 * strip.length_m, 0.75 * kind.runway_m), 0.0, self.elevation_m, kind.approach_mps)
        course.to(lift)
        course.on_ground = False
        return course.to(strip.way(strip.length_m, 0.0, self.elevation_m + 60.0, 1.1 * kind.approach_mps))

    def arrive(self, course: Course, kind: Type, strip: Strip) -> Path:
        """From wherever the way has come to, in the air, to the apron."""
        course.to(*self._inbound(kind, strip, course.here), *self._final(kind, strip))
        return self._land(course, kind, strip).path()

    def depart(self, kind: Type, strip: Strip, end: Way) -> Path:
        """From the apron to `end`, in the air."""
        course = self.take_off(self.parked(), kind, strip)
        top_m = max(end.altitude_m - self.elevation_m, 300.0)
        out = strip.way(strip.length_m + 3_000.0, 0.0, self.elevation_m + 3_000.0 / kind.cruise_mps * kind.climb_mps,
                        0.7 * kind.cruise_mps)  # fmt: skip
        away_m = hypot(end.x - out.x, end.y - out.y)
        climbing = min(0.9, kind.cruise_mps * 0.85 * top_m / kind.climb_mps / max(1.0, away_m))
        level = Way(
            out.x + (end.x - out.x) * climbing, out.y + (end.y - out.y) * climbing, end.altitude_m, kind.cruise_mps
        )
        return course.to(out, level, end).path()

    def circuits(self, kind: Type, strip: Strip, rounds: int, height_m: float) -> Path:
        """Out of the apron, `rounds` times round to the left, touching down and going on, and back."""
        course = self.take_off(self.parked(), kind, strip)
        for number in range(rounds):
            course.to(*self._round(kind, strip, height_m), *self._final(kind, strip))
            if number + 1 < rounds:
                self._touch_and_go(course, kind, strip)
        return self._land(course, kind, strip).path()

    # --- pieces of a way -------------------------------------------------------------------------------------------

    def _inbound(self, kind: Type, strip: Strip, begin: Way) -> list[Way]:
        """From wherever one comes to the beginning of the final approach, round the field if it must be."""
        gate = strip.point(-kind.final_m)
        coming = atan2(gate[0] - begin.x, gate[1] - begin.y)
        turn = (strip.heading - coming + pi) % (2 * pi) - pi
        gate_m = self.elevation_m + kind.final_m * GLIDE
        beside = 0.35 * kind.final_m if turn < 0 else -0.35 * kind.final_m
        fast = (kind.approach_mps + kind.cruise_mps) / 2
        ways = []
        if abs(turn) > radians(100.0):
            ways.append(strip.way(0.0, beside, gate_m + 150.0, fast))
        if abs(turn) > radians(35.0):
            ways.append(strip.way(-1.25 * kind.final_m, beside, gate_m + 60.0, fast))
        return [*ways, strip.way(-kind.final_m, 0.0, gate_m, kind.approach_mps * 1.1)]

    def _final(self, kind: Type, strip: Strip) -> list[Way]:
        over = strip.way(0.0, 0.0, self.elevation_m + THRESHOLD_M, kind.approach_mps)
        return [over, strip.way(TOUCHDOWN_M, 0.0, self.elevation_m, 0.95 * kind.approach_mps)]

    def _land(self, course: Course, kind: Type, strip: Strip) -> Course:
        course.on_ground = True
        leave_m = min(0.85 * strip.length_m, TOUCHDOWN_M + 0.8 * kind.runway_m)
        course.to(strip.way(leave_m, 0.0, self.elevation_m, EXIT_MPS))
        aside = strip.way(leave_m + 40.0, 60.0, self.elevation_m, TAXI_MPS)
        return course.to(aside, Way(*self.apron, self.elevation_m, TAXI_MPS)).stand(PARKED_S)

    def _touch_and_go(self, course: Course, kind: Type, strip: Strip) -> None:
        course.on_ground = True
        course.to(strip.way(TOUCHDOWN_M + 0.4 * kind.runway_m, 0.0, self.elevation_m, kind.approach_mps))
        course.on_ground = False

    def _round(self, kind: Type, strip: Strip, height_m: float) -> list[Way]:
        """Upwind, crosswind, downwind, base: a rectangle on the left-hand side."""
        width_m = 0.6 * kind.final_m
        upwind_m = strip.length_m + 1_600.0
        gate = strip.way(-kind.final_m * 0.8, 0.0, self.elevation_m + kind.final_m * 0.8 * GLIDE, kind.approach_mps)
        return [
            strip.way(upwind_m, 0.0, self.elevation_m + 0.6 * height_m, 1.2 * kind.approach_mps),
            strip.way(upwind_m, -width_m, self.elevation_m + 0.8 * height_m, 1.25 * kind.approach_mps),
            strip.way(strip.length_m / 2, -width_m, self.elevation_m + height_m, 1.3 * kind.approach_mps),
            strip.way(-kind.final_m * 0.8, -width_m, self.elevation_m + 0.62 * height_m, 1.2 * kind.approach_mps),
            gate,
        ]


def bearing_way(centre: tuple[float, float], bearing_deg: float, far_m: float, altitude_m: float, mps: float) -> Way:
    """The point so far away in that direction."""
    bearing = radians(bearing_deg)
    return Way(centre[0] + far_m * sin(bearing), centre[1] + far_m * cos(bearing), altitude_m, mps)
