"""A plate reader: a camera and the agent that reads its frames.

Knows: how a passage becomes a read: misreading, the wrong state, no plate at all, the time it takes, the heartbeat.
Refuses to know: hotlists, who wants to know, and in which vendor's words it is said (a dialect does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.crop import plate_crop
from twin.devices.faults import (
    AnyFault,
    DuplicateId,
    Freeze,
    Misread,
    Retransmit,
    WrongState,
)
from twin.devices.gps import displaced
from twin.devices.line import Line
from twin.devices.ocr import DARK, Ocr, Reading, other_state, read
from twin.devices.outbox import Outbox
from twin.devices.reads import Camera, Look, Out, ReaderDialect, Sighting
from twin.devices.rekor import Rekor
from twin.devices.things import SECOND_US, Log, Passage, unlogged
from twin.devices.timetable import Timetable, power, skewed

HEARTBEAT_US = 60 * SECOND_US
FASTEST_US, USUAL_US, SLOWEST_US = 300_000, 550_000, 2_000_000
WRONG_COLORS = {"white": "silver", "silver": "white", "black": "blue", "blue": "black", "gray": "black", "red": "brown"}


class PlateReader:
    """`on_passage` is called when a vehicle is in front of the camera; `line` must be one that answers if the dialect
    does. `epoch` is the scenario's start in microseconds UTC; `dark(at_us)`: whether it is, when it is not always
    day."""

    def __init__(
        self,
        env: Environment,
        name: str,
        camera: Camera,
        line: Line,
        dice: Random,
        *,
        epoch: int,
        dialect: ReaderDialect | None = None,
        ocr: Ocr | None = None,
        dark: Callable[[int], bool] | None = None,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.reads = self.plateless = self.missed = 0
        self.outbox = Outbox(env, line, name, log)
        self._env = env
        self._camera = camera
        self._dialect = dialect or Rekor()
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._ocr = ocr or Ocr()
        self._dark = dark
        self._timetable = Timetable(faults)
        self._log = log
        self._started_us = 0
        self._last_ms = -1
        self._frozen: tuple[float, float] | None = None
        call_later(env, dice.randrange(HEARTBEAT_US), self._beat)

    def on_passage(self, passage: Passage) -> None:
        active = self._timetable.at(now_us(self._env))
        state = power(active, now_us(self._env)) if active else "on"
        if state == "off":
            self._miss(passage)
            return
        sighting = self._sighted(passage, active, settling=state == "settling")
        delay_us = round(self._dice.triangular(FASTEST_US, SLOWEST_US, USUAL_US))
        call_later(self._env, delay_us, self._finish, sighting)

    def _miss(self, passage: Passage) -> None:
        self.missed += 1
        self._log("unseen", reader=self.name, vehicle=passage.vehicle, plate=passage.plate)

    def _sighted(self, passage: Passage, active: Sequence[AnyFault], *, settling: bool) -> Sighting:
        lat, lon = self._place(passage, active) if active else (passage.lat, passage.lon)
        camera = self._camera._replace(lat=lat, lon=lon)
        for fault in active:
            if isinstance(fault, DuplicateId):
                camera = self._dialect.posing(camera, fault.identity)
        if settling:
            camera = camera._replace(lat=0.0, lon=0.0)
        # Two lanes may be passed at one moment; the agent's ids still differ.
        self._last_ms = max(passage.at_us // 1000, self._last_ms + 1)
        seen_ms = skewed(self._epoch + self._last_ms * 1000, active) // 1000
        color = passage.color
        if self._dice.random() < self._ocr.wrong_color:
            color = WRONG_COLORS.get(color.lower(), color)
        look = Look(
            passage.make, passage.model, color, passage.body,
            round(passage.course_deg, 2), round(self._dice.triangular(55.0, 99.9, 95.0), 2),
        )  # fmt: skip
        return Sighting(
            passage, self._dialect.read_id(camera, seen_ms), seen_ms, self._reading(passage, active), look, camera
        )

    def _place(self, passage: Passage, active: Sequence[AnyFault]) -> tuple[float, float]:
        """Where the reader believes to be, under the faults in force."""
        lat, lon = passage.lat, passage.lon
        if any(isinstance(fault, Freeze) for fault in active):
            lat, lon = self._frozen = self._frozen or (lat, lon)
        else:
            self._frozen = None
        return displaced(lat, lon, active, now_us(self._env), self._dice)

    def _reading(self, passage: Passage, active: Sequence[AnyFault]) -> Reading | None:
        """What the agent makes of the plate; None when it can make nothing of it."""
        plate, state = passage.plate, passage.state or "LA"
        hard = 1.0 / max(passage.legibility, 0.1)
        if self._dark is not None and self._dark(passage.at_us):
            hard *= DARK
        if plate is None or self._dice.random() < self._ocr.unread * hard:
            return None
        mine = [fault for fault in active if isinstance(fault, (Misread, WrongState)) and fault.plate in (None, plate)]
        for fault in mine:
            if isinstance(fault, Misread):
                hard *= fault.times
        reading = read(plate, state, self._ocr, self._dice, hard)
        for fault in mine:
            if isinstance(fault, Misread):
                if fault.text is not None:
                    reading = reading._replace(candidates=[(fault.text, reading.candidates[0][1])])
            elif self._dice.random() < fault.rate:
                reading = reading._replace(state=fault.state or other_state(state, self._dice))
        return reading

    def _finish(self, sighting: Sighting) -> None:
        """The agent is done with the frames, unless it has hung, or lost them to a reboot."""
        now = now_us(self._env)
        active = self._timetable.at(now)
        state = power(active, now) if active else "on"
        if state == "hung":
            call_later(self._env, self._timetable.until_us - now, self._finish, sighting)
        elif state == "off":
            self._miss(sighting.passage)
        else:
            self._report(sighting, active)

    def _report(self, sighting: Sighting, active: Sequence[AnyFault]) -> None:
        passage, reading = sighting.passage, sighting.reading
        if reading is None:
            self.plateless += 1
            self._log("plateless", reader=self.name, read=sighting.read, vehicle=passage.vehicle, plate=passage.plate)
        else:
            self.reads += 1
            self._log(
                "plate-read", reader=self.name, read=sighting.read, vehicle=passage.vehicle, plate=passage.plate,
                state=passage.state, said=reading.candidates[0][0], said_state=reading.state,
                crop=plate_crop(passage.plate or "", passage.state or "LA").ref if self._dialect.shows else None,
                passed_us=passage.at_us,
            )  # fmt: skip
        for number, out in enumerate(self._dialect.passage(sighting)):
            if out.after_us:
                call_later(self._env, out.after_us, self._say, f"{sighting.read}/{number}", out, active)
            else:
                self._say(sighting.read if number == 0 else f"{sighting.read}/{number}", out, active)

    def _say(self, key: str, out: Out, active: Sequence[AnyFault]) -> None:
        repeats = [fault for fault in active if isinstance(fault, Retransmit)]
        if self._dialect.answers:
            self.outbox.post(key, out.data)
            for fault in repeats:
                self.outbox.repeat(out.data, fault.times, round(fault.after_s * 1e6))
            return
        self._line.send(out.data, out.peer)
        for fault in repeats:
            for count in range(1, fault.times + 1):
                call_later(self._env, count * round(fault.after_s * 1e6), self._line.send, out.data, out.peer)

    def _beat(self) -> None:
        now = now_us(self._env)
        call_later(self._env, HEARTBEAT_US, self._beat)
        active = self._timetable.at(now)
        state = power(active, now) if active else "on"
        if state in ("off", "hung"):
            self._started_us = now
            return
        now_ms = skewed(self._epoch + now, active) // 1000
        uptime_s = (now - self._started_us) // SECOND_US
        last_ms = self._epoch // 1000 + self._last_ms if self.reads else 0
        for out in self._dialect.heartbeat(self._camera, now_ms, uptime_s, self.reads, last_ms):
            if self._dialect.answers:
                self._line.post(out.data, _unanswered, out.peer)
            else:
                self._line.send(out.data, out.peer)


def _unanswered(_: bool) -> None:
    """A heartbeat is never sent again."""
