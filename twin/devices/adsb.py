"""A ground receiver of aircraft transponders.

Knows: how often a transponder says what, which of it this receiver hears, and that it can be told to pass on less.
Refuses to know: where aircraft fly to, how far an antenna hears, and how what is heard is written (a dialect knows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Protocol

import msgspec
from simpy import Environment

from twin.devices.aircraft_json import AircraftJson
from twin.devices.antenna import Antenna
from twin.devices.beast import Beast
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault
from twin.devices.gps import displaced
from twin.devices.line import Line
from twin.devices.sbs import Sbs
from twin.devices.things import SECOND_US, AircraftState
from twin.devices.timetable import Timetable, power, skewed

BEAT_US = SECOND_US // 2  # an airborne transponder sends position and velocity twice a second
IDENT_BEATS = 10
SQUAWK_BEATS = 9  # how often a radar asks
ALTITUDE_BEATS = 8
ALL_CALL_BEATS = 22
AIR_TO_AIR_BEATS = 34  # answers to other aircraft's collision avoidance
SURFACE_BEATS = 2
IDENT, SURFACE, POSITION, VELOCITY, ALTITUDE, SQUAWK, AIR_TO_AIR, ALL_CALL = range(1, 9)
"""Kinds of messages, by the numbers that BaseStation gives them."""
FORGOTTEN_US = 60 * SECOND_US
HEARTBEAT_US = 60 * SECOND_US
AIRCRAFT_LIMIT = 1000


class Dialect(Protocol):
    """What a receiver's port speaks."""

    @property
    def heartbeat(self) -> bytes:
        """What is said in a minute without an aircraft."""
        ...

    def hear(
        self, kind: int, aircraft: AircraftState, made_us: int, logged_us: int, positions: int, share: float
    ) -> None:
        """One message. `made_us`: when it was received, `logged_us`: when it was dealt with, both by the receiver's
        clock; `positions`: how many of the aircraft have been heard, this one included; `share`: of its messages that
        are heard, so how strong they are."""
        ...

    def said(self, clock_us: int) -> bytes:
        """What goes out now; nothing of it is said again."""
        ...

    def restart(self) -> None:
        """The receiver was off."""
        ...


DIALECTS: dict[str, Callable[[], Dialect]] = {"sbs": Sbs, "beast": Beast, "aircraft-json": AircraftJson}


class Track:
    """What the receiver keeps of one aircraft: how many positions it has heard, when it last heard anything, and where
    in the rhythm of its rarer messages the transponder is."""

    __slots__ = ("heard", "last_us", "phase")

    def __init__(self, phase: int) -> None:
        self.phase = phase
        self.heard = 0
        self.last_us = 0


class AdsbReceiver:
    """`states` tells the aircraft in the sky at a moment since the scenario's start; `epoch` is that start in
    microseconds UTC. One message carries what was heard in a tick. With `every_us` above half a second it passes on at
    most one position and one velocity of each aircraft in that time, as receiver programs do to spare a slow line."""

    def __init__(
        self,
        env: Environment,
        name: str,
        antenna: Antenna,
        states: Callable[[int], Iterable[AircraftState]],
        line: Line,
        dice: Random,
        *,
        epoch: int,
        dialect: str = "sbs",
        every_us: int = BEAT_US,
        faults: Sequence[AnyFault] = (),
    ) -> None:
        self.name = name
        self.messages = self.unheard = 0
        self._env = env
        self._antenna = antenna
        self._states = states
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._dialect = DIALECTS[dialect]()
        self._beats = max(1, every_us // BEAT_US)
        self._timetable = Timetable(faults)
        self._tracks: dict[str, Track] = {}
        self._beat = 0
        self._said_us = self._swept_us = 0
        call_later(env, dice.randrange(self._beats * BEAT_US), self._tick)

    def _tick(self) -> None:
        now = now_us(self._env)
        call_later(self._env, self._beats * BEAT_US, self._tick)
        self._beat += self._beats
        active = self._timetable.at(now)
        if active and power(active, now) != "on":
            self._tracks.clear()  # it must find everyone anew
            self._dialect.restart()
            return
        clock_us = skewed(self._epoch + now, active)
        for aircraft in self._states(now):
            self._hear(aircraft, active, clock_us)
        if now - self._swept_us >= FORGOTTEN_US:
            self._swept_us = now
            self._forget(now)
        said = self._dialect.said(clock_us)
        if said:
            self._said_us = now
            self._line.send(said)
        elif now - self._said_us >= HEARTBEAT_US:
            self._said_us = now
            self._line.send(self._dialect.heartbeat)

    def _hear(self, aircraft: AircraftState, active: Sequence[AnyFault], clock_us: int) -> None:
        """Those of one aircraft's messages of this tick that are received."""
        share = self._antenna.share_heard(aircraft)
        if share == 0.0:
            self.unheard += 1
            return
        now = now_us(self._env)
        track = self._tracks.get(aircraft.icao)
        if track is None:
            if len(self._tracks) >= AIRCRAFT_LIMIT:
                return
            track = self._tracks[aircraft.icao] = Track(self._dice.randrange(1000))
        if active:
            lat, lon = displaced(aircraft.lat, aircraft.lon, active, now, self._dice)
            aircraft = msgspec.structs.replace(aircraft, lat=lat, lon=lon)
        chance = self._dice.random
        often = 1.0 - (1.0 - share) ** self._beats
        made_us = clock_us - 100_000
        for kind in _due(aircraft.on_ground, self._beat + track.phase, self._beats):
            made_us += 8_000 + int(chance() * 4_000)
            if chance() >= (often if SURFACE <= kind <= VELOCITY else share):
                continue
            if kind in (SURFACE, POSITION):
                track.heard += 1
            self.messages += 1
            track.last_us = now
            logged_us = made_us + int(chance() * 2_000)
            self._dialect.hear(kind, aircraft, made_us, logged_us, track.heard, share)

    def _forget(self, now: int) -> None:
        for icao, track in list(self._tracks.items()):
            if now - track.last_us > FORGOTTEN_US:
                del self._tracks[icao]


def _due(on_ground: bool, beat: int, beats: int) -> list[int]:
    """What the transponder sends in `beats` half seconds."""
    due = []
    if on_ground:
        if beat % SURFACE_BEATS < beats:
            due.append(SURFACE)
    else:
        due += (POSITION, VELOCITY)
        if beat % ALTITUDE_BEATS < beats:
            due.append(ALTITUDE)
        if beat % AIR_TO_AIR_BEATS < beats:
            due.append(AIR_TO_AIR)
    if beat % IDENT_BEATS < beats:
        due.append(IDENT)
    if beat % SQUAWK_BEATS < beats:
        due.append(SQUAWK)
    if beat % ALL_CALL_BEATS < beats:
        due.append(ALL_CALL)
    return due
