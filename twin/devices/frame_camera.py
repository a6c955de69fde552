"""A plate-reader camera that does not read: it sends what it sees, and leaves the reading to whoever gets it.

Knows: the frames of a passage as JPEGs with their moment inside, an empty one every minute, by POST or by MQTT.
Refuses to know: who reads them, and what they make of them.

The truth of every frame goes to the log, by the name that its picture has (`crop_ref`), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.crop import crop_ref
from twin.devices.faults import AnyFault, DuplicateId, Retransmit
from twin.devices.line import Line
from twin.devices.lpr import camera as lens
from twin.devices.lpr.exif import stamped
from twin.devices.lpr.optics import Conditions
from twin.devices.outbox import Outbox
from twin.devices.things import SECOND_US, Log, Passage, unlogged
from twin.devices.timetable import Timetable, power, skewed

EMPTY_EVERY_US = 60 * SECOND_US
ENCODING_US = 40_000  # from the shutter to the first byte (assumption)
SLOWEST_MPS, FASTEST_MPS = 12.0, 33.0
HEADLIGHTS = 0.35  # of passages by night in which a lamp shines into the lens (assumption)


class Mount(NamedTuple):
    """How a camera hangs: its angle off the traffic's line, and how wide a plate is in its picture, farthest and
    nearest, in pixels."""

    angle_deg: float
    far_px: float
    near_px: float


def mount(dice: Random) -> Mount:
    """As surveyors leave them: most well, some too far off or too much aside (assumption)."""
    near = dice.triangular(80.0, 200.0, 140.0)
    return Mount(dice.triangular(8.0, 38.0, 15.0), near * 0.4, near)


class Weather(NamedTuple):
    """What a camera needs to know of the world around it. `dark(at_us)`; `rain` 0 to 1."""

    dark: Callable[[int], bool]
    rain: float


class FrameCamera:
    """`on_passage` is called when a vehicle is in front of it. `topic`: where the frames go on a broker's line, with
    the camera's name in `{}`; None for a line of requests, whose path names it. One that `films` shows the road again
    behind each vehicle, as what it shows stays. `epoch` as for other devices; its clock is `offset_min` minutes off
    UTC, and says so."""

    def __init__(
        self,
        env: Environment,
        name: str,
        line: Line,
        dice: Random,
        *,
        epoch: int,
        weather: Weather,
        topic: str | None = None,
        films: bool = False,
        offset_min: int = 0,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.sent = self.missed = 0
        self.outbox = Outbox(env, line, name, log)
        self._env = env
        self._line = line
        self._dice = dice
        self._mount = mount(dice)
        self._epoch = epoch
        self._weather = weather
        self._topic = topic
        self._films = films
        self._offset_min = offset_min
        self._timetable = Timetable(faults)
        self._log = log
        call_later(env, dice.randrange(EMPTY_EVERY_US), self._look_about)

    def on_passage(self, passage: Passage) -> None:
        if self._is_off():
            self.missed += 1
            self._log("unseen", reader=self.name, vehicle=passage.vehicle, plate=passage.plate)
            return
        dice = Random(self._dice.getrandbits(64))  # whatever is drawn of this one moves no other
        seen = self._conditions(dice)
        frames = lens.shots(passage, seen, dice, self._mount.far_px, self._mount.near_px)
        call_later(self._env, 0, self._shoot, passage, frames, 0)

    def _shoot(self, passage: Passage, frames: Iterator[lens.Frame], number: int) -> None:
        """The next frame, if there is one; the car drives on meanwhile."""
        frame = next(frames, None)
        if frame is None:
            self._log(
                "plate-shown", reader=self.name, vehicle=passage.vehicle, plate=passage.plate, state=passage.state,
                frames=number, passed_us=passage.at_us,
            )  # fmt: skip
            if self._films:
                self._show_road()
            return
        call_later(self._env, ENCODING_US, self._send, frame, now_us(self._env), passage.vehicle)
        call_later(self._env, lens.BETWEEN_US, self._shoot, passage, frames, number + 1)

    def _look_about(self) -> None:
        """The road with nobody on it: how the other end knows that the camera is there."""
        call_later(self._env, EMPTY_EVERY_US, self._look_about)
        self._show_road()

    def _show_road(self) -> None:
        if not self._is_off():
            dice = Random(self._dice.getrandbits(64))
            at_us = now_us(self._env)
            frame = lens.empty(at_us, self._conditions(dice)._replace(glare=False), dice)
            call_later(self._env, ENCODING_US, self._send, frame, at_us, None)

    def _conditions(self, dice: Random) -> Conditions:
        night = self._weather.dark(now_us(self._env))
        return Conditions(
            night=night,
            rain=self._weather.rain,
            speed_mps=round(dice.uniform(SLOWEST_MPS, FASTEST_MPS), 1),
            angle_deg=self._mount.angle_deg,
            glare=night and dice.random() < HEADLIGHTS,
        )

    def _send(self, frame: lens.Frame, at_us: int, vehicle: str | None) -> None:
        """With the moment that the camera's clock showed."""
        if self._is_off():
            return
        active = self._timetable.at(now_us(self._env))
        data = stamped(frame.jpeg, skewed(self._epoch + at_us, active), self._offset_min)
        self.sent += 1
        truth = frame.truth
        if vehicle is not None:
            self._log(
                "frame-sent", reader=self.name, vehicle=vehicle, plate=truth.plate, state=truth.state,
                frame=crop_ref(data), plate_px=round(truth.plate_px), corners=_whole(truth.corners),
                night=truth.conditions.night, rain=truth.conditions.rain, glare=truth.conditions.glare,
                speed_mps=truth.conditions.speed_mps, angle_deg=round(truth.conditions.angle_deg, 1),
            )  # fmt: skip
        name = next((fault.identity for fault in active if isinstance(fault, DuplicateId)), self.name)
        self._say(f"{name}/{at_us}", name, data, [fault for fault in active if isinstance(fault, Retransmit)])

    def _say(self, key: str, name: str, data: bytes, again: Sequence[Retransmit]) -> None:
        if self._topic is None:
            self.outbox.post(key, data, f"/{name}")
            for fault in again:
                self.outbox.repeat(data, fault.times, round(fault.after_s * SECOND_US), f"/{name}")
            return
        topic = self._topic.format(name)
        self._line.send(data, topic)
        for fault in again:
            for count in range(1, fault.times + 1):
                call_later(self._env, count * round(fault.after_s * SECOND_US), self._line.send, data, topic)

    def _is_off(self) -> bool:
        now = now_us(self._env)
        active = self._timetable.at(now)
        return bool(active) and power(active, now) in ("off", "hung")


def _whole(corners: tuple[tuple[float, float], ...] | None) -> list[list[int]] | None:
    return None if corners is None else [[round(x), round(y)] for x, y in corners]
