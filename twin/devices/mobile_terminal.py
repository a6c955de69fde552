"""The terminal in a deputy's car, and the deputy who presses its keys.

Knows: what was shown and when, what was shown before, how long a human takes to acknowledge, the buttons.
Refuses to know: what a deputy does about a message, and how the center chose this unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from msgspec import structs
from simpy import Environment

from twin.devices import terminal
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault, Deaf, Misheard
from twin.devices.line import Line
from twin.devices.things import SECOND_US, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed
from twin.sim.mishearing import SLIPS, misheard

ACK_MEDIAN_LN_S = 2.0  # e^2: half of all messages are acknowledged within 7.4 s
ACK_SIGMA = 0.7
ANSWERS = ("10-4", "Copy, on my way", "Copy, will check", "Stand by, on a stop")
LIMIT = 1000
WAITING = 100
PULSE_US = 10 * SECOND_US  # how soon a terminal finds the broker again

Kept = TypeVar("Kept")


class Shown(NamedTuple):
    """A message on the screen: when it appeared, and whether it had expired by the terminal's clock."""

    message: terminal.Message
    at_us: int
    expired: bool


class Terminal:
    """`receive` takes the bytes of `terminals/<unit>/in`; `line` leads to `terminals/<unit>/out`. `epoch` is the
    scenario's start in microseconds UTC; `seen(message, at_us)` is called when a message is shown. `answers` are the
    dice of a deputy who writes back to what a person has written.

    A message is shown once, however often it comes, and acknowledged when the deputy has seen it; a repeat of an
    acknowledged one is acknowledged again at once.
    """

    def __init__(
        self,
        env: Environment,
        unit: str,
        line: Line,
        dice: Random,
        *,
        epoch: int,
        model: str = "MDT-7",
        faults: Sequence[AnyFault] = (),
        seen: Callable[[terminal.Message, int], None] | None = None,
        log: Log = unlogged,
        answers: Random | None = None,
    ) -> None:
        self.unit = unit
        self.shown: dict[str, Shown] = {}
        self.remarks: dict[str, str] = {}
        self.acked = self.repeated = self.unintelligible = self.refused = 0
        self._env = env
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._model = model
        self._timetable = Timetable(faults)
        self._seen = seen
        self._log = log
        self._answers = answers
        self._said = 0
        self._acked: dict[str, None] = {}
        self._waiting: list[bytes] = []
        self._away = True
        call_later(env, dice.randrange(PULSE_US), self._pulse)

    def receive(self, data: bytes) -> None:
        """Bytes from the broker, in the world's own thread. While the terminal is off the broker keeps the first
        hundred for it."""
        if self._off():
            if len(self._waiting) < WAITING:
                self._waiting.append(data)
            else:
                self.refused += 1
        else:
            self._take_waiting()
            self._take(data)

    def _take_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self._take(data)

    def _take(self, data: bytes) -> None:
        message = terminal.decode(data)
        if message is None:
            self.unintelligible += 1
        elif message.kind in terminal.REMARKS:
            self._remark(message)
        elif message.id in self._acked:
            self.repeated += 1
            self._send_ack(message.id)
        elif message.id in self.shown:
            self.repeated += 1
        else:
            self._show(message)

    def _remark(self, remark: terminal.Message) -> None:
        """What became of a message: what is withdrawn leaves the screen."""
        _remember(self.remarks, remark.refers or "", remark.kind)
        if remark.kind == "withdrawn" and self.shown.pop(remark.refers or "", None) is not None:
            self._log("withdrawn", unit=self.unit, message=remark.refers)

    def answer(self, message_id: str, text: str) -> None:
        """The deputy writes back."""
        if not self._off():
            self._said += 1
            reply_id = f"{self.unit}-r{self._said}"
            self._log("answered", unit=self.unit, message=message_id, text=text)
            self._line.send(terminal.reply(reply_id, message_id, text, self._utc_us()))

    def press(self, word: str) -> None:
        """A status button."""
        if not self._off():
            self._log("status", unit=self.unit, status=word)
            self._line.send(terminal.status(word))

    def felt_crash(self, kmh: float) -> None:
        """The crash sensor, which nobody presses."""
        if not self._off():
            self._log("status", unit=self.unit, status="crash")
            self._line.send(terminal.crash(kmh, self._utc_us()))

    def panic(self) -> None:
        """The panic button."""
        if not self._off():
            self._log("panic", unit=self.unit)
            self._line.send(terminal.emergency())

    def open_stop(self, stop: terminal.Stop) -> None:
        """The deputy has stopped a car."""
        if not self._off():
            self._line.send(terminal.stop(stop, self._utc_us()))

    def tell_of_stop(self, known: terminal.Stop) -> None:
        """What the deputy has learned about it since."""
        if not self._off():
            self._line.send(terminal.stop_update(self._taken_down(known), self._utc_us()))

    def end_stop(self, stop_id: str, outcome: str) -> None:
        if not self._off():
            self._line.send(terminal.stop_end(stop_id, outcome, self._utc_us()))

    def _taken_down(self, known: terminal.Stop) -> terminal.Stop:
        """A name that is spoken, as it is typed."""
        for fault in self._timetable.at(now_us(self._env)):
            said = known.driver
            if not isinstance(fault, Misheard) or said is None or not (said.last and said.first and said.born):
                continue
            if self._dice.random() < fault.rate:
                slip = self._dice.choice(SLIPS) if fault.how is None else fault.how
                last, first, born = misheard(said.last, said.first, said.born, slip, self._dice)
                self._log("misheard", unit=self.unit, stop=known.id, how=slip, last=last, first=first, born=born)
                return structs.replace(known, driver=structs.replace(said, last=last, first=first, born=born))
        return known

    def recovered(self, plate: str, state: str) -> None:
        """The deputy has a wanted car."""
        if not self._off():
            self._log("recovered", unit=self.unit, plate=plate, state=state)
            self._line.send(terminal.recovered(plate, state, self._utc_us()))

    def _utc_us(self) -> int:
        now = now_us(self._env)
        return skewed(self._epoch + now, self._timetable.at(now))

    def _off(self) -> bool:
        active = self._timetable.at(now_us(self._env))
        return bool(active) and power(active, now_us(self._env)) in ("off", "hung")

    def _show(self, message: terminal.Message) -> None:
        now = now_us(self._env)
        clock_ms = skewed(self._epoch + now, self._timetable.at(now)) // 1000
        expired = message.expires is not None and message.expires < clock_ms
        _remember(self.shown, message.id, Shown(message, now, expired))
        self._log(
            "shown", unit=self.unit, message=message.id, level=message.level, sent_ms=message.sent, expired=expired
        )
        self._line.send(terminal.delivered(message.id))
        if self._seen is not None:
            self._seen(message, now)
        delay_us = round(self._dice.lognormvariate(ACK_MEDIAN_LN_S, ACK_SIGMA) * 1e6)
        call_later(self._env, delay_us, self._key, message.id)

    def _key(self, message_id: str) -> None:
        """The deputy presses the key, unless the terminal is off or nobody looks at it."""
        if self._off() or any(isinstance(fault, Deaf) for fault in self._timetable.at(now_us(self._env))):
            return
        _remember(self._acked, message_id, None)
        self.acked += 1
        self._log("acked", unit=self.unit, message=message_id)
        self._send_ack(message_id)
        shown = self.shown.get(message_id)
        if self._answers is not None and shown is not None and shown.message.thread and shown.message.kind == "text":
            self.answer(message_id, self._answers.choice(ANSWERS))

    def _send_ack(self, message_id: str) -> None:
        self._line.send(terminal.ack(message_id, self._utc_us()))

    def _pulse(self) -> None:
        """Back from wherever it was, the terminal says hello and gets what the broker kept for it."""
        call_later(self._env, PULSE_US, self._pulse)
        away, self._away = self._away, self._off()
        if away and not self._away:
            self._line.send(terminal.hello(self._model))
            self._take_waiting()


def _remember(kept: dict[str, Kept], key: str, value: Kept) -> None:
    """Keeps the last `LIMIT` entries."""
    if len(kept) >= LIMIT:
        del kept[next(iter(kept))]
    kept[key] = value
