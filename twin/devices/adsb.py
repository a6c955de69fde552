"""A ground receiver of aircraft transponders, serving BaseStation lines.

Knows: how often a transponder says what, how far it is heard, and that placing an aircraft takes two frames.
Refuses to know: where aircraft fly to, and Mode S frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import cos, hypot, radians, sqrt
from random import Random

import msgspec
from simpy import Environment

from twin.devices import sbs
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault
from twin.devices.gps import DEGREE_M, displaced
from twin.devices.line import Line
from twin.devices.things import SECOND_US, AircraftState
from twin.devices.timetable import Timetable, power, skewed

TICK_US = SECOND_US // 2  # an airborne transponder sends position and velocity twice a second
IDENT_TICKS = 10
SQUAWK_TICKS = 9  # how often a radar asks
ALTITUDE_TICKS = 8
ALL_CALL_TICKS = 22
AIR_TO_AIR_TICKS = 34  # answers to other aircraft's collision avoidance
SURFACE_TICKS = 2
PLACED_AFTER = 2  # positions heard before the first one can be placed
FORGOTTEN_TICKS = 120
HEARTBEAT_US = 60 * SECOND_US
RANGE_M = 280_000.0
HEARD_NEAR, HEARD_FAR = 0.97, 0.35  # share of messages received beside the antenna and at the edge of range
AIRCRAFT_LIMIT = 1000


class Track:
    """What the receiver keeps of one aircraft: how many positions it has heard, when last, and where in the rhythm of
    its rarer messages the transponder is."""

    __slots__ = ("heard", "last_tick", "phase")

    def __init__(self, phase: int) -> None:
        self.phase = phase
        self.heard = 0
        self.last_tick = 0


class AdsbReceiver:
    """`states` tells the aircraft in the sky at a moment since the scenario's start. `height_m` is the antenna's above
    the ground; `epoch` is the scenario's start in microseconds UTC. One message carries all lines of a tick."""

    def __init__(
        self,
        env: Environment,
        name: str,
        lat: float,
        lon: float,
        height_m: float,
        states: Callable[[int], Iterable[AircraftState]],
        line: Line,
        dice: Random,
        *,
        epoch: int,
        faults: Sequence[AnyFault] = (),
    ) -> None:
        self.name = name
        self.lines = self.unheard = 0
        self._env = env
        self._lat, self._lon = lat, lon
        self._horizon_km = 4.12 * sqrt(height_m)
        self._states = states
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._timetable = Timetable(faults)
        self._tracks: dict[str, Track] = {}
        self._ticks = 0
        self._said_us = 0
        call_later(env, dice.randrange(TICK_US), self._tick)

    def share_heard(self, aircraft: AircraftState) -> float:
        """The share of this aircraft's messages that are received: none out of range or beyond the radio horizon, which
        is 4.12 km times the roots of both heights in metres."""
        north_m = (aircraft.lat - self._lat) * DEGREE_M
        east_m = (aircraft.lon - self._lon) * DEGREE_M * cos(radians(self._lat))
        distance_m = hypot(north_m, east_m)
        horizon_m = (self._horizon_km + 4.12 * sqrt(max(0.0, aircraft.altitude_m))) * 1000
        reach_m = min(RANGE_M, horizon_m)
        if distance_m >= reach_m:
            return 0.0
        return HEARD_NEAR + (HEARD_FAR - HEARD_NEAR) * distance_m / reach_m

    def _tick(self) -> None:
        now = now_us(self._env)
        call_later(self._env, TICK_US, self._tick)
        self._ticks += 1
        active = self._timetable.at(now)
        if active and power(active, now) != "on":
            self._tracks.clear()  # it must find everyone anew
            return
        clock_us = skewed(self._epoch + now, active)
        text = "".join(self._said(aircraft, active, clock_us) for aircraft in self._states(now))
        if self._ticks % FORGOTTEN_TICKS == 0:
            self._forget()
        if text:
            self._said_us = now
            self.lines += text.count("\n")
            self._line.send(text.encode("ascii"))
        elif now - self._said_us >= HEARTBEAT_US:
            self._said_us = now
            self._line.send(sbs.HEARTBEAT)

    def _said(self, aircraft: AircraftState, active: Sequence[AnyFault], clock_us: int) -> str:
        """The lines of one aircraft's messages of this half second that were received."""
        share = self.share_heard(aircraft)
        if share == 0.0:
            self.unheard += 1
            return ""
        track = self._tracks.get(aircraft.icao)
        if track is None:
            if len(self._tracks) >= AIRCRAFT_LIMIT:
                return ""
            track = self._tracks[aircraft.icao] = Track(self._dice.randrange(1000))
        if active:
            lat, lon = displaced(aircraft.lat, aircraft.lon, active, now_us(self._env), self._dice)
            aircraft = msgspec.structs.replace(aircraft, lat=lat, lon=lon)
        chance = self._dice.random
        said = []
        made_us = clock_us - 100_000
        for encode in _due(aircraft, self._ticks + track.phase):
            made_us += 8_000 + int(chance() * 4_000)
            if chance() >= share:
                continue
            logged_us = made_us + int(chance() * 2_000)
            if encode is sbs.airborne_position:
                track.heard += 1
                said.append(sbs.airborne_position(aircraft, made_us, logged_us, placed=track.heard > PLACED_AFTER))
            else:
                said.append(encode(aircraft, made_us, logged_us))
            track.last_tick = self._ticks
        return "".join(said)

    def _forget(self) -> None:
        for icao, track in list(self._tracks.items()):
            if self._ticks - track.last_tick > FORGOTTEN_TICKS:
                del self._tracks[icao]


Encoder = Callable[[AircraftState, int, int], str]


def _due(aircraft: AircraftState, beat: int) -> list[Encoder]:
    """What the transponder sends in this half second."""
    due: list[Encoder] = []
    if aircraft.on_ground:
        if beat % SURFACE_TICKS == 0:
            due.append(sbs.surface_position)
    else:
        due += (sbs.airborne_position, sbs.velocity)
        if beat % ALTITUDE_TICKS == 0:
            due.append(sbs.surveillance_altitude)
        if beat % AIR_TO_AIR_TICKS == 0:
            due.append(sbs.air_to_air)
    if beat % IDENT_TICKS == 0:
        due.append(sbs.ident)
    if beat % SQUAWK_TICKS == 0:
        due.append(sbs.surveillance_identity)
    if beat % ALL_CALL_TICKS == 0:
        due.append(sbs.all_call)
    return due
