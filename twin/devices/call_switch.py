"""The 911 side: a CAD that publishes its calls.

Knows: that a call is opened, changes and is closed, and that each message is sent until it is answered.
Refuses to know: who called about what, and whether two calls are about one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from simpy import Environment

from twin.devices import eido
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault, Retransmit
from twin.devices.line import Line
from twin.devices.outbox import Outbox
from twin.devices.things import CallFact, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed

FASTEST_US, SLOWEST_US = 150_000, 1_200_000


class CallSwitch:
    """One CAD system. Each message leaves a moment after the call taker's key, in order of the keys; `line` must be one
    that answers. `epoch` is the scenario's start in microseconds UTC."""

    def __init__(
        self,
        env: Environment,
        name: str,
        cad: eido.Cad,
        line: Line,
        dice: Random,
        *,
        epoch: int,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.cad = cad
        self.published = self.unsaid = 0
        self.outbox = Outbox(env, line, name, log)
        self._env = env
        self._dice = dice
        self._epoch = epoch
        self._timetable = Timetable(faults)
        self._log = log
        self._last_us = 0

    def opened(self, fact: CallFact) -> None:
        self._publish("call-opened", fact, None)

    def updated(self, fact: CallFact) -> None:
        """`fact` is everything known now: usually the same call with a better location."""
        self._publish("call-updated", fact, None)

    def closed(self, fact: CallFact, disposition: str) -> None:
        self._publish("call-closed", fact, disposition)

    def _publish(self, what: str, fact: CallFact, disposition: str | None) -> None:
        now = now_us(self._env)
        active = self._timetable.at(now)
        if active and power(active, now) == "off":
            self.unsaid += 1
            self._log("call-unsaid", switch=self.name, call=fact.call, what=what)
            return
        epoch = skewed(self._epoch + now, active) - now
        if disposition is None:
            data = (eido.opened if what == "call-opened" else eido.updated)(self.cad, fact, epoch, now)
        else:
            data = eido.closed(self.cad, fact, epoch, now, disposition)
        self._log(what, switch=self.name, call=fact.call, incident=fact.incident, about=fact.kind)
        leaves_us = now + self._dice.randint(FASTEST_US, SLOWEST_US)
        self._last_us = max(leaves_us, self._last_us)
        call_later(self._env, self._last_us - now, self._leave, data)

    def _leave(self, data: bytes) -> None:
        self.published += 1
        self.outbox.post(f"{self.name}/{self.published}", data)
        for fault in self._timetable.at(now_us(self._env)):
            if isinstance(fault, Retransmit):
                self.outbox.repeat(data, fault.times, round(fault.after_s * 1e6))
