"""A vehicle's router, which says where the vehicle is.

Knows: five models and their habits, reporting rhythm, GPS noise, and a memory for what could not be sent.
Refuses to know: why the vehicle is where it is, and what the line does with its reports.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from simpy import Environment

from twin.devices import cot, nmea, owntracks, taip
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault, DuplicateId, Freeze
from twin.devices.gps import AT_REST_MPS, Noise, displaced
from twin.devices.line import Line
from twin.devices.things import SECOND_US, Fix, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed

EMERGENCY_US = 1 * SECOND_US
MOVING_US = 5 * SECOND_US
PARKED_US = 60 * SECOND_US
MEMORY_FIXES = 500
BURST_FIXES = 100
GPS_EPOCH_UTC_US = 315_964_800 * SECOND_US  # 1980-01-06, what a receiver shows before it hears a satellite

Encode = Callable[[str, int, Fix | None, int], bytes]


class Model(NamedTuple):
    """`encode(identity, fix's time, fix or None, router's time)`, both times microseconds UTC, gives no bytes when the
    model has nothing to say without a fix. `by_topic`: the identity is the last part of the line's peer."""

    encode: Encode
    by_topic: bool = False


class AvlRouter:
    """Reports every 5 s while moving, every 60 s at rest, every second in an emergency. `position` tells the true fix
    at a moment since the scenario's start; `epoch` is that start in microseconds UTC. `identity` is who it says it is.

    Without a network it remembers the last `memory` reports and sends them, with their own times, when there is one.
    """

    def __init__(
        self,
        env: Environment,
        name: str,
        model: str,
        position: Callable[[int], Fix],
        line: Line,
        dice: Random,
        *,
        epoch: int,
        identity: str | None = None,
        faults: Sequence[AnyFault] = (),
        memory: int = MEMORY_FIXES,
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.reported = self.stored = self.forgotten = 0
        self._env = env
        self._model = MODELS[model]
        self._position = position
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._identity = identity or name
        self._timetable = Timetable(faults)
        self._memory: deque[bytes] = deque(maxlen=memory)
        self._log = log
        self._noise = Noise(dice)
        self._emergency = False
        self._rhythm = 0
        self._moving = False
        self._due_us = 0
        self._latest: Fix | None = None
        self._freeze: Freeze | None = None
        self._frozen = Fix(0, 0.0, 0.0)
        call_later(env, dice.randrange(MOVING_US), self._tick, self._rhythm)

    def set_emergency(self, on: bool) -> None:
        """The panic button raises the rhythm at once; who hears of the emergency is the terminal's business."""
        if on == self._emergency:
            return
        self._emergency = on
        self._rhythm += 1
        call_later(self._env, 0, self._tick, self._rhythm)

    def _tick(self, rhythm: int) -> None:
        if rhythm != self._rhythm:
            return  # the rhythm has changed and another tick carries on
        now = now_us(self._env)
        call_later(self._env, EMERGENCY_US if self._emergency else MOVING_US, self._tick, self._rhythm)
        active = self._timetable.at(now)
        state = power(active, now) if active else "on"
        if state == "off":
            self._memory.clear()
            self._due_us = now
        elif state == "settling":
            self._say(self._encoded(active, GPS_EPOCH_UTC_US + now, None))
        else:
            self._look(now, active, hung=state == "hung")

    def _look(self, now: int, active: Sequence[AnyFault], *, hung: bool) -> None:
        up = not hung and self._line.up
        if up and self._memory:
            self._burst()
        true = self._position(now)
        moving = true.speed_mps > AT_REST_MPS
        if not (moving or self._moving or self._emergency or now >= self._due_us):
            return  # parked, and not yet time to say so again
        self._moving = moving
        self._due_us = now + PARKED_US
        seen = self._noise.seen(true)
        fix = self._wrong(seen, active) if active else seen
        self._latest = seen
        data = self._encoded(active, skewed(self._epoch + fix.at_us, active), fix)
        if up:
            self._say(data, active)
        else:
            self._store(data)

    def _wrong(self, fix: Fix, active: Sequence[AnyFault]) -> Fix:
        """The fix under the faults in force."""
        freeze = next((fault for fault in active if isinstance(fault, Freeze)), None)
        if freeze is not None:
            if self._freeze is not freeze:
                self._freeze, self._frozen = freeze, self._latest or fix
            stuck = self._frozen
            at_us = stuck.at_us if freeze.clock == "stopped" else fix.at_us
            fix = Fix(at_us, stuck.lat, stuck.lon, stuck.speed_mps, stuck.course_deg, stuck.altitude_m)
        lat, lon = displaced(fix.lat, fix.lon, active, now_us(self._env), self._dice)
        return Fix(fix.at_us, lat, lon, fix.speed_mps, fix.course_deg, fix.altitude_m)

    def _encoded(self, active: Sequence[AnyFault], utc_us: int, fix: Fix | None) -> bytes:
        return self._model.encode(self._who(active), utc_us, fix, self._epoch + now_us(self._env))

    def _who(self, active: Sequence[AnyFault]) -> str:
        for fault in active:
            if isinstance(fault, DuplicateId):
                return fault.identity
        return self._identity

    def _say(self, data: bytes, active: Sequence[AnyFault] = ()) -> None:
        if not data:
            return
        self.reported += 1
        if active and self._model.by_topic:
            self._line.send(data, f"{self._line.peer.rpartition('/')[0]}/{self._who(active)}")
        else:
            self._line.send(data)

    def _store(self, data: bytes) -> None:
        self.stored += 1
        self.forgotten += len(self._memory) == self._memory.maxlen
        self._memory.append(data)

    def _burst(self) -> None:
        """Sends what was remembered, the oldest first; a long memory takes several ticks."""
        count = min(len(self._memory), BURST_FIXES)
        self._log("avl-burst", device=self.name, fixes=count)
        for _ in range(count):
            self._say(self._memory.popleft())


def _nmea_udp(identity: str, utc_us: int, fix: Fix | None, _: int) -> bytes:
    """The system id and a comma in front of RMC. Without a fix: status V and the position 0,0."""
    said = nmea.rmc(utc_us, fix or Fix(0, 0.0, 0.0), valid=fix is not None)
    return f"{identity},{said}".encode()


def _nmea_tcp(identity: str, utc_us: int, fix: Fix | None, router_utc_us: int) -> bytes:
    """$PCPTI, then GGA, RMC and VTG of several satellite systems. Without a fix: empty fields."""
    gga = nmea.gga(utc_us, fix, "GN")
    said = nmea.identity(identity, router_utc_us, gga) + gga + nmea.rmc(utc_us, fix, "GN") + nmea.vtg(fix, "GN")
    return said.encode()


def _taip(identity: str, utc_us: int, fix: Fix | None, _: int) -> bytes:
    return taip.rpv(utc_us, fix, identity).encode()


def _owntracks(identity: str, utc_us: int, fix: Fix | None, _: int) -> bytes:
    return b"" if fix is None else owntracks.location(utc_us, fix, identity)


def _cot(identity: str, utc_us: int, fix: Fix | None, _: int) -> bytes:
    """Sent with the time of the fix: the server passes on what the car's client wrote."""
    return cot.position(utc_us, fix, identity, utc_us)


MODELS = {
    "nmea-udp": Model(_nmea_udp),
    "nmea-tcp": Model(_nmea_tcp),
    "taip": Model(_taip),
    "owntracks": Model(_owntracks, by_topic=True),
    "cot": Model(_cot),
}
"""Cradlepoint routers over UDP and TCP, a Sierra modem that speaks TAIP, a phone, and a TAK client."""
